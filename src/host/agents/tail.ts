import { closeSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { openOwnFile } from '../own-file.ts';
import { changesOf } from './watch-file.ts';

/**
 * The whole lines of a file that is being appended to, from its beginning, until `signal` aborts. The file need not
 * exist yet. A line longer than `MAX_LINE_LENGTH` is skipped.
 */
export async function* tail(file: string, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let handle: number | null = null;
  let rest = '';
  let skipping = false;
  try {
    for await (const _ of changesOf(file, signal)) {
      handle ??= openOwnFile(file);
      if (handle === null) continue;
      for (;;) {
        const bytesRead = readSync(handle, block); // from the page cache: it was written a moment ago
        if (bytesRead === 0) break;
        const lines = (rest + decoder.write(block.subarray(0, bytesRead))).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!skipping) yield line;
          skipping = false;
        }
        if (rest.length > MAX_LINE_LENGTH) {
          rest = '';
          skipping = true;
        }
      }
    }
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

const BLOCK_BYTES = 64 * 1024;
// An entry carries at most 64 Ki units of answer; even escaped six-fold it is far below this.
const MAX_LINE_LENGTH = 1024 * 1024;
