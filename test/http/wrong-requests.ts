/** Requests of protocols of others that are refused, and what is wrong with them in every one of these protocols. */
import { expect } from 'vitest';
import { files, zip } from '../support/files.ts';
import { unusedFiles } from '../support/unused-files.ts';
import { aPerson, call, type Running } from './running-server.ts';

export interface Wrong {
  what: string;
  method?: string;
  path?: string;
  json?: unknown;
  body?: string;
  type?: string;
  status: number;
  code: string;
  /** What the error names: the field. */
  says?: string;
}

export const QUESTION = 'Which?';

export const WRONG_BODIES: Wrong[] = [
  {
    what: 'a body that is too large',
    body: `{"x":"${'x'.repeat(5_000_000)}"}`,
    status: 413,
    code: 'message_too_large',
  },
  { what: 'text instead of JSON', body: QUESTION, type: 'text/plain', status: 415, code: 'bad_request' },
  { what: 'JSON that is none', body: '{"a":', status: 400, code: 'bad_request' },
  { what: 'a body that is no object', json: [], status: 400, code: 'bad_request' },
];

export interface SentFile {
  /** A `data:` URL, or an address. */
  url: string;
  type: string;
  name?: string;
}

export function dataUrl(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}

function sentFile(type: string, bytes: Buffer, name?: string): SentFile {
  return { url: dataUrl(type, bytes), type, ...(name !== undefined && { name }) };
}

/** `ask`: a question with these files. `at`: what the error calls the file with this number. */
export function wrongFiles(ask: (sent: SentFile[]) => unknown, at: (file: number) => string): Wrong[] {
  const invalid = { status: 400, code: 'attachment_invalid' };
  const tooLarge = { status: 413, code: 'attachment_too_large' };
  const png = sentFile('image/png', files['image/png']);
  const list: [string, SentFile[], { status: number; code: string }][] = [
    ['the address of an image', [{ url: 'https://127.0.0.1/x.png', type: 'image/png' }], invalid],
    ['a file of the gateway', [png, { url: 'file:///etc/passwd', type: 'application/pdf' }], invalid],
    ['an image that is text', [sentFile('image/png', files['text/plain'])], invalid],
    ['an image that is damaged', [png, sentFile('image/png', files['image/png'].subarray(0, 20))], invalid],
    ['a file that is a program', [sentFile('application/pdf', Buffer.from('\x7fELF\x02\x01\0\0', 'latin1'))], invalid],
    ['an archive', [sentFile('application/zip', zip)], invalid],
    ['a page with scripts', [sentFile('application/pdf', Buffer.from('<html><script>1</script>'))], invalid],
    ['a file that is empty', [{ url: 'data:application/pdf;base64,', type: 'application/pdf' }], invalid],
    ['no base64', [{ url: 'data:image/png;base64,§§§§', type: 'image/png' }], invalid],
    ['half a byte of base64', [{ url: 'data:image/png;base64,AAAAA', type: 'image/png' }], invalid],
    ['no percent-encoding', [{ url: 'data:text/plain,%zz', type: 'text/plain' }], invalid],
    ['a file that is too large', [sentFile('text/plain', Buffer.alloc(100_001, 'a'))], tooLarge],
    ['a far larger one', [png, sentFile('text/plain', Buffer.alloc(400_000, 'a'))], tooLarge],
    ['too many files', Array.from({ length: 6 }, () => png), tooLarge],
  ];
  return list.map(([what, sent, refused]) => ({ what, json: ask(sent), ...refused, says: at(sent.length - 1) }));
}

/** Sends each, expects the status and `shape`, and that nothing was asked, stored or logged. */
export async function expectRefused(
  server: Running,
  path: string,
  list: readonly Wrong[],
  shape: (wrong: Wrong) => unknown,
): Promise<void> {
  const { bearer, user } = await aPerson(server);
  for (const wrong of list) {
    const { what, method = 'POST', json, body, type = 'application/json', status } = wrong;
    const answer = await call(server, method, wrong.path ?? path, {
      headers: { ...bearer, ...(body !== undefined && { 'content-type': type }) },
      ...(json !== undefined && { json }),
      ...(body !== undefined && { body }),
    });
    expect([what, answer.status, answer.json]).toEqual([what, status, shape(wrong)]);
  }
  expect((await server.turns.history({ userId: user.id, limit: 1 })).turns).toEqual([]);
  expect(unusedFiles(server.file)).toBe(0);
  expect(server.log()).not.toContain(QUESTION);
}
