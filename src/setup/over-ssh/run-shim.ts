/** Copies the shim to the host and lets it set the host up. */
import { type Check, check } from '../../contract/check.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { SetUpVerb } from '../on-host/serve.ts';
import { END_SAYS, STEP_SAYS } from '../request.ts';
import { shellQuoted } from '../shell-quoted.ts';
import type { OwnerSsh } from './owner-ssh.ts';

export interface ShimCall {
  verb: SetUpVerb;
  /** The host's Node. */
  node: string;
  /** The bundled shim. */
  bundle: string;
  request: object;
}

/** The steps that were done there. @throws PaliadinError if not all of them were. */
export async function runShim(ssh: OwnerSsh, call: ShimCall): Promise<Check[]> {
  const said = (await ssh.run(scriptOf(call))).split(/\r?\n/);
  const steps = said
    .filter((line) => line.startsWith(STEP_SAYS))
    .map((line) => check.parse(JSON.parse(line.slice(STEP_SAYS.length))));
  if (said.includes(END_SAYS)) return steps;
  throw new PaliadinError('shim_error', 'the shim stopped half-way on the host; run it again');
}

/** Each variable part is either one quoted word, or inside text that the shell does not parse. */
function scriptOf({ verb, node, bundle, request }: ShimCall): string {
  return `set -eu
umask 077
# As sshd's forced command the shim would take no such orders.
unset SSH_CONNECTION SSH_CLIENT SSH_TTY SSH_ORIGINAL_COMMAND || :
directory="$HOME/.local/share/paliadin"
mkdir -p "$directory"
shim="$directory/.upload-$$.mjs"
trap 'rm -f "$shim"; rmdir "$directory" 2>/dev/null || :' EXIT
cat >"$shim" <<'${END_OF_TEXT}'
${bundle.trimEnd()}
${END_OF_TEXT}
${shellQuoted(node)} "$shim" ${verb} <<'${END_OF_TEXT}'
${JSON.stringify(request)}
${END_OF_TEXT}
`;
}

const END_OF_TEXT = 'end-of-the-text-that-paliadin-sends';
