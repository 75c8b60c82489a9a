import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Duplex } from 'node:stream';
import { servePerson } from '../../acp/serve-person.ts';
import { createClient } from '../../client/index.ts';
import { ConfigError } from '../../config/load.ts';
import { VERSION } from '../../config/version.ts';
import type { Terminal } from '../../process/terminal.ts';
import type { CommandIo } from '../context.ts';

/**
 * Speaks ACP on standard input and output until the client closes them. Needs no settings of a gateway: it may run on another
 * machine. The token is never an argument, which other users of the machine could read.
 */
export async function serveAcp(
  io: CommandIo,
  terminal: Terminal,
  { url = io.env.PALIADIN_URL ?? DEFAULT_URL, tokenFile }: { url?: string; tokenFile?: string },
): Promise<void> {
  if (URL.parse(url) === null)
    throw new ConfigError(`PALIADIN_URL is ${JSON.stringify(url)}: the address of a gateway`);
  const token = tokenFile === undefined ? io.env.PALIADIN_TOKEN : await readToken(resolve(io.cwd, tokenFile));
  if (token === undefined || token.trim() === '') {
    throw new ConfigError(
      'there is no token: set PALIADIN_TOKEN, or name a file with --token-file; `paliadin token create` makes one',
    );
  }
  const client = createClient({ url, token: token.trim() });
  const duplex = Duplex.from({ readable: io.stdin, writable: io.stdout });
  const onError = (error: unknown) => {
    if (error instanceof Error && error.name !== 'AbortError') terminal.note(`paliadin acp: ${error.message}`);
  };
  await servePerson(client, duplex, { version: VERSION, onError });
}

async function readToken(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`--token-file ${JSON.stringify(file)} can’t be read: ${error.code}`);
  });
}

const DEFAULT_URL = 'http://127.0.0.1:7717';
