/** Copies a Node over the owner's connection into Paliadin's own directory on the host. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { PaliadinError } from '../../contract/errors.ts';
import type { OwnerSsh } from '../over-ssh/owner-ssh.ts';

/**
 * Returns its path there. A running one is replaced without harm: what runs keeps the old file.
 * @throws PaliadinError `shim_error` if it can't be written there, or does not run there; nothing is left then.
 */
export async function bringNode(ssh: OwnerSsh, file: string, version: string): Promise<string> {
  await using program = await open(file);
  const upload = `.upload-${randomBytes(6).toString('hex')}`;
  try {
    // What is wrong with the stream, `send` reports.
    await ssh.send(
      receive(upload),
      pipeline(program.createReadStream({ autoClose: false }), createGzip(), () => {}),
    );
    const said = await ssh.run(settle(upload));
    const [path = '', runs = ''] = said.trimEnd().split(/\r?\n/).slice(-2);
    if (runs === version) return path;
    throw new PaliadinError('shim_error', `the Node on the host has changed meanwhile (${runs}); run this again`);
  } catch (error) {
    await ssh.run(CLEAN_UP(upload)).catch(() => {}); // the connection is gone
    throw error;
  }
}

/** The same words in every login shell: one command, whose argument no shell looks into. */
function receive(upload: string): string {
  return `sh -c 'umask 077 && mkdir -p "${DIRECTORY}" && exec gzip -dc >"${DIRECTORY}/${upload}"'`;
}

/** With another C library than it was built for, it is there but does not run. */
function settle(upload: string): string {
  return `set -eu
cd "${DIRECTORY}"
chmod 700 ${upload}
if ! ./${upload} --version >/dev/null 2>.said; then
  echo "the Node that was brought does not run there ($(head -n 1 .said)); install Node 22.13 or newer, and run this again" >&2
  exit 1
fi
rm -f .said
mv -f ${upload} node
pwd | sed 's|$|/node|'
./node -p process.versions.node
`;
}

const CLEAN_UP = (upload: string) => `cd "${DIRECTORY}" || exit 0
rm -f ${upload} .said
cd "$HOME"
rmdir "${DIRECTORY}" "$HOME/.local/share/paliadin/node" "$HOME/.local/share/paliadin" 2>/dev/null
exit 0
`;

// Its directory holds nothing else: a sandboxed demo agent reads the directory of the Node that runs it.
const DIRECTORY = '$HOME/.local/share/paliadin/node/bin';
