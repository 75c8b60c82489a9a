/** `host.env`: what the host's daemon and agents are started with. */
import { delimiter } from 'node:path';
import { parseEnv } from 'node:util';
import { otherLines, withEnvLines } from '../env-lines.ts';
import { readIfThere, replaceFile } from '../replace-file.ts';
import type { InstallRequest } from '../request.ts';

/** Directories that are in PATH already stay where they are, and the owner's other lines as well. */
export function writeHostEnv(file: string, { path, agent }: InstallRequest): void {
  const text = readIfThere(file);
  const known = parseEnv(text ?? '').PATH ?? '';
  const directories = new Set([...known.split(delimiter), ...path.split(delimiter)].filter((each) => each !== ''));
  const values = { PATH: [...directories].join(delimiter), ...(agent !== undefined && { PALIADIN_AGENT: agent }) };
  replaceFile(file, withEnvLines(text ?? HEAD, values), 0o600);
}

/** Whether its owner has written more into it. */
export function isHostEnvEdited(file: string): boolean {
  return otherLines(readIfThere(file) ?? '', ['PATH', 'PALIADIN_AGENT']).length > 0;
}

const HEAD = '# Settings of this host, and the environment of its agents.\n';
