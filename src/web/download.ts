/**
 * Saves what the gateway has at a path as a file. A plain link would not do: the browser sends the cookie with it, and no
 * session key.
 */
import { asUnreachable, type Send } from '../client/request.ts';

/** @throws Refusal, Unreachable where it does not come whole; nothing is saved then. */
export async function download(send: Send, path: string): Promise<void> {
  const response = await send('GET', path);
  const file = await response.blob().catch((cause: unknown) => {
    throw asUnreachable('network', cause);
  });
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: nameOf(response) });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

function nameOf({ headers }: Response): string {
  return /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '')?.[1] ?? 'paliadin';
}

/** The browser has begun to write it by then. */
const KEPT_MS = 60_000;
