/** Files for questions. */
import { type Attachment, FILE_NAME_HEADER } from '../contract/attachment.ts';
import { asUnreachable, type Fetch, refusalOf, Unreachable } from './request.ts';

export interface AttachmentClient {
  /**
   * Uploads a file. Its id goes into the `attachments` of a question within an hour.
   * @throws Refusal `attachment_invalid`, `attachment_too_large`; Unreachable
   */
  upload(file: Blob | Uint8Array<ArrayBuffer>, options?: UploadOptions): Promise<Attachment>;
  /** A file of one's own. @throws Refusal, Unreachable */
  read(id: string): Promise<Blob>;
  /** Deletes a file that no question has. */
  remove(id: string): Promise<void>;
}

export interface UploadOptions {
  /** Only shown. Without it, the name of the `File`. */
  name?: string;
  signal?: AbortSignal;
}

/** `language` is asked at each call. */
export function attachmentClient(fetch: Fetch, language: () => string | undefined): AttachmentClient {
  async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const locale = language();
    const headers = { ...(locale !== undefined && { 'accept-language': locale }), ...init.headers };
    const response = await fetch(path, { ...init, method, headers, signal }).catch((cause: unknown) => {
      throw limit.aborted ? new Unreachable('timeout', cause) : asUnreachable('network', cause);
    });
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  const of = (id: string) => `/api/attachments/${encodeURIComponent(id)}`;
  return {
    async upload(file, { name = nameOf(file), signal } = {}) {
      const headers = {
        'content-type': 'application/octet-stream',
        [FILE_NAME_HEADER]: encodeURIComponent(name.toWellFormed().slice(0, LONGEST_NAME)),
      };
      const response = await send('POST', '/api/attachments', { body: file, headers, ...(signal && { signal }) });
      return (await response.json()) as Attachment;
    },
    async read(id) {
      const response = await send('GET', of(id));
      return response.blob().catch((cause: unknown) => {
        throw asUnreachable('network', cause);
      });
    },
    remove: async (id) => void (await send('DELETE', of(id))),
  };
}

function nameOf(file: object): string {
  return 'name' in file && typeof file.name === 'string' ? file.name : '';
}

/** The gateway waits less for the largest file. */
const LIMIT_MS = 100_000;
/** Percent-encoded, some letters take nine characters. */
const LONGEST_NAME = 200;
