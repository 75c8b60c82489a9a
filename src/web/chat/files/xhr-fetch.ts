/** As `fetch`, for one thing that `fetch` can't do: to tell how much of a request's body has been sent. */
import type { Fetch } from '../../../client/request.ts';

/** `onProgress` gets a share from 0 to 1. */
export function xhrFetch(onProgress: (share: number) => void): Fetch {
  return (path, { method = 'GET', headers, body = null, signal } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, path);
      request.responseType = 'arraybuffer';
      for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
      request.onload = () => resolve(toResponse(request));
      request.onerror = () => reject(new TypeError('no answer'));
      request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
      signal?.addEventListener('abort', () => request.abort());
      if (signal?.aborted) request.abort();
      request.send(body as XMLHttpRequestBodyInit | null);
    });
}

function toResponse(request: XMLHttpRequest): Response {
  const { status, statusText } = request;
  const type = request.getResponseHeader('content-type');
  const headers = type === null ? {} : { 'content-type': type };
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : request.response, { status, statusText, headers });
}
