/** What the demo agent says of the files that came with a question: it really reads them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { PromptFile } from '../../contract/envelope.ts';
import { plain } from './plain.ts';
import type { Answer, Turn } from './turn.ts';

export const aboutFiles: Answer = async (turn) => {
  const { files } = turn.question;
  await turn.runTool({ en: 'Reading files', de: 'Liest Dateien' }, READ_MS);
  const many = { en: `I got ${files.length} files:`, de: `Ich habe ${files.length} Dateien bekommen:` };
  const one = { en: 'I got one file:', de: 'Ich habe eine Datei bekommen:' };
  await turn.say(`${turn.word(files.length === 1 ? one : many)}\n\n`);
  for (const file of files) await turn.say(`- ${described(turn, file)}\n`);
  return { tools: ['Read'], tag: 'files' };
};

function described({ word }: Turn, { path, name, type }: PromptFile): string {
  const bytes = read(path);
  const about = `**${plain(name)}** (\`${basename(path)}\`): ${type}`;
  if (bytes === null) return `${about}, ${word({ en: 'which I can’t read', de: 'die ich nicht lesen kann' })}`;
  const size = `${about}, ${bytes.length} ${word({ en: 'bytes', de: 'Bytes' })}`;
  if (type !== 'text/plain') return size;
  const [first = ''] = bytes.toString('utf8').trimStart().split('\n', 1);
  return `${size}. ${word({ en: 'It begins', de: 'Sie beginnt' })}: “${plain(first.slice(0, SHOWN))}”`;
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** Long enough to see the tool run. */
const READ_MS = 200;
const SHOWN = 120;
