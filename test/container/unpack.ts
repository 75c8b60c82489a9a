/** The application of the image in a directory: only what the Dockerfile copies of the build. */
import fs from 'node:fs';
import path from 'node:path';
import { type Instruction, ROOT } from './dockerfile.ts';

/** In the image the application is in `/app`; here in `app`. */
export function unpack(instructions: Instruction[], app: string): void {
  const last = Math.max(...instructions.map(({ stage }) => stage));
  for (const { words } of instructions.filter(({ name, stage }) => name === 'COPY' && stage === last)) {
    const [source = '', target = ''] = words.filter((word) => !word.startsWith('--from='));
    fs.cpSync(path.join(ROOT, source.replace(/^\/app\//, '')), path.join(app, target), { recursive: true });
  }
  for (const file of removed(instructions)) fs.rmSync(path.join(app, file));
}

/** What is taken away from what was built. */
function removed(instructions: Instruction[]): string[] {
  const words = instructions.filter(({ name }) => name === 'RUN').flatMap((instruction) => instruction.words);
  return words.filter((word, index) => words[index - 1] === 'rm' && word.startsWith('dist/'));
}
