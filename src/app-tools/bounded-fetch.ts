/** Requests to the application: without redirects, and with an end to what it may answer. */
import { ApplicationFailure } from '../turn/app-tools/application.ts';

export interface BoundedFetch {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** What went wrong on the way, since it was last asked: whoever reads the answer often sees only that it broke off. */
  takeFailure(): ApplicationFailure | null;
}

/** `maxBytes` of each answer, once it is unpacked. */
export function boundedFetch(maxBytes: number): BoundedFetch {
  let failure: ApplicationFailure | null = null;

  return {
    takeFailure() {
      const taken = failure;
      failure = null;
      return taken;
    },
    async fetch(input, init = {}) {
      // Where an older application asks something during a call. No call fails because there is no such stream.
      const aside = (init.method ?? 'GET') === 'GET';
      const fail = (message: string, cause?: unknown) => {
        const found = new ApplicationFailure('failed', message, { cause });
        if (!aside) failure ??= found;
        return found;
      };
      const response = await fetch(input, { ...init, redirect: 'manual' }).catch((error) => {
        throw init.signal?.aborted ? error : fail(`The application can’t be reached: ${reasonOf(error)}.`, error);
      });
      const { status, headers, body } = response;
      if (status >= 300 && status < 400) {
        await body?.cancel();
        throw fail(
          `The application’s address of its tools redirects (${status}), which is not followed; PALIADIN_APP_TOOLS_URL has to name the place itself.`,
        );
      }
      if (body === null || isShort(headers, maxBytes)) return response;
      let bytes = 0;
      const counted = body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            bytes += chunk.length;
            if (bytes <= maxBytes) return controller.enqueue(chunk);
            controller.error(fail(`The application’s answer is too large: more than ${maxBytes} bytes.`));
          },
        }),
      );
      return new Response(counted, { status, statusText: response.statusText, headers });
    },
  };
}

/** It says its length, which it then can't exceed, and is not packed. Counting costs more than most answers do. */
function isShort(headers: Headers, maxBytes: number): boolean {
  const length = headers.get('content-length');
  return length !== null && Number(length) <= maxBytes && !headers.has('content-encoding');
}

/** In the system's words: `ECONNREFUSED`, or what is wrong with a certificate. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
