/** Reads bodies: JSON in strict UTF-8, nothing else. */
import { PaliadinError } from '../contract/errors.ts';
import type { App } from './options.ts';

export function parseJsonBodies(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    body.length === 0 ? undefined : parseJson(decode(body)),
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Strict: Node would silently replace invalid bytes. */
function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new PaliadinError('message_invalid', 'the body is not valid UTF-8');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The rest of the parser's message quotes the text.
    const where = /at position \d+(?: \(line \d+ column \d+\))?|end of JSON input/.exec(String(error))?.[0];
    throw new PaliadinError('bad_request', `the body is not valid JSON${where === undefined ? '' : ` (${where})`}`);
  }
}
