/** Reads the Dockerfile, as far as ours goes. */
import fs from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '..', '..');

export interface Instruction {
  /** Number of the stage that it belongs to. */
  stage: number;
  name: string;
  words: string[];
}

export function readDockerfile(): Instruction[] {
  const text = fs.readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  let stage = -1;
  return lines.map((line) => {
    const [name = '', ...words] = line.trim().split(/\s+/);
    if (name === 'FROM') stage++;
    return { stage, name, words };
  });
}

/** The words of the last instruction of that name. */
export function wordsOf(instructions: Instruction[], name: string): string[] {
  const words = instructions.findLast((instruction) => instruction.name === name)?.words;
  if (words === undefined) throw new Error(`the Dockerfile has no ${name}`);
  return words;
}
