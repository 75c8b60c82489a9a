/** Obtains the pinned Node for a host's platform on the gateway's machine. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PaliadinError } from '../../contract/errors.ts';
import { findProgram } from '../../process/find-program.ts';
import { outputOf } from '../../process/output-of.ts';
import { installedHere, type PinnedNode } from '../pinned-node.ts';

export interface ObtainedNode extends Disposable {
  /** The program. */
  file: string;
}

/** @throws PaliadinError `shim_error` if npm can't get the package, or if it is another one than was pinned. */
export async function obtainNode(pinned: PinnedNode, env: NodeJS.ProcessEnv): Promise<ObtainedNode> {
  const here = installedHere(pinned);
  if (here !== null) return { file: here, [Symbol.dispose]() {} };
  const directory = mkdtempSync(join(tmpdir(), 'paliadin-node-'));
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  try {
    const packed = await download(pinned, directory, env);
    verify(packed, pinned);
    await outputOf('tar', ['-xzf', packed, '-C', directory, PROGRAM], env, UNPACK_MS);
    return { file: join(directory, PROGRAM), [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** npm knows the owner's registry, proxy and certificates. Packing runs no script of the package. */
async function download({ name, version }: PinnedNode, directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  const what = `${name}@${version}`;
  const npm = findProgram('npm', env);
  if (npm === null) throw new PaliadinError('shim_error', `npm, which downloads ${what}, is not found here; ${ADVICE}`);
  try {
    const said = await outputOf(npm, ['pack', '--silent', '--pack-destination', directory, what], env, DOWNLOAD_MS);
    return join(directory, basename(said.split('\n').at(-1) ?? ''));
  } catch (error) {
    throw new PaliadinError('shim_error', `npm can't download ${what}; see \`npm ping\`, or ${ADVICE}`, {
      cause: error,
    });
  }
}

function verify(file: string, { name, version, integrity }: PinnedNode): void {
  const [algorithm = ''] = integrity.split('-', 1);
  const digest = createHash(algorithm).update(readFileSync(file)).digest('base64');
  if (`${algorithm}-${digest}` === integrity) return;
  const found = `what npm brings as ${name}@${version} is not the package that runtime/package-lock.json names`;
  throw new PaliadinError('shim_error', `${found}; find out what its registry serves, or ${ADVICE}`);
}

const PROGRAM = 'package/bin/node';
const ADVICE = 'install Node 22.13 or newer on the host';
// Fifty megabytes, over a slow line.
const DOWNLOAD_MS = 15 * 60_000;
const UNPACK_MS = 60_000;
