/** Brings programs that talk to a gateway as their model or their agent into the cache outside the clone. */
import fs from 'node:fs';
import path from 'node:path';
import { SetupError, say } from '../../../bootstrap/say.mjs';
import { cacheDirectory, installPackage } from './install-agents.ts';

const PLATFORM = `${process.platform}-${process.arch}`;

const CLIENTS = [
  {
    name: 'codex',
    package: '@openai/codex',
    version: '0.171.0',
    program: `@openai/codex-${PLATFORM}/vendor/x86_64-unknown-linux-musl/bin/codex`,
  },
  {
    name: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    program: `opencode-${PLATFORM}/bin/opencode`,
  },
  { name: 'acpx', package: 'acpx', version: '0.19.1', program: '.bin/acpx' },
];

/** The program of each that can be had; of the others a line says why they are left out. */
export function installClients(): { name: string; program: string }[] {
  return CLIENTS.flatMap(({ name, package: wanted, version, program }) => {
    const directory = path.join(cacheDirectory(), `${name}-${version}`);
    const file = path.join(directory, 'node_modules', program);
    try {
      if (!fs.existsSync(file)) installPackage(wanted, version, directory);
      if (fs.existsSync(file)) return [{ name, program: file }];
      say(`${name} is not tried as a client: ${wanted} ${version} has no program for ${PLATFORM}`);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(`${name} is not tried as a client: ${error.message}`);
    }
    return [];
  });
}
