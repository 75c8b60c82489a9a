import { readFileSync } from 'node:fs';

/** What a real Claude Code of this version told: two answers with tools, one with a task in the background, one failure. */
export const VERSIONS = ['2.1.197', '2.1.330'];

export function readLines<T>(kind: 'payloads' | 'transcripts', version: string): T[] {
  const file = new URL(`./${kind}/${version}.jsonl`, import.meta.url);
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
