/** What is installed on a host before anything of Paliadin's is. */
import { delimiter } from 'node:path';
import type { OwnerSsh } from './owner-ssh.ts';

export interface HostInspection {
  /** As `uname -s` and `uname -m` call it. */
  system: string;
  machine: string;
  /** Programs that were built for the usual C library do not run there. */
  musl: boolean;
  account: string;
  home: string;
  /** The first Node that is new enough, by a permanent path; null if there is none. */
  node: { path: string; version: string } | null;
  /** The one that an earlier set-up has brought. */
  broughtNode: { path: string; version: string } | null;
  /** Versions of those that are too old. */
  oldNodes: string[];
  tmux: string | null;
  claude: string | null;
  /** Whether `PALIADIN_APPROVALS` is already in its host.env. */
  choseApprovals: boolean;
  /** PATH of the login shell, and the directories of programs that were found elsewhere. */
  path: string;
}

/** @throws PaliadinError */
export async function inspectHost(ssh: OwnerSsh): Promise<HostInspection> {
  return readLook(await ssh.run(LOOK));
}

export function readLook(said: string): HostInspection {
  const all = (what: string) =>
    said
      .split(/\r?\n/)
      .filter((line) => line.startsWith(`${SAYS}${what} `))
      .map((line) => line.slice(SAYS.length + what.length + 1));
  const [home = ''] = all('home');
  const nodes = all('node').map((line) => readNode(line, home));
  const node = nodes.find(({ version }) => isNewEnough(version)) ?? null;
  const [broughtNode = null] = all('brought-node').map((line) => readNode(line, home));
  const [tmux = null] = all('tmux');
  const [claude = null] = all('claude');
  const found = [node?.path, tmux, claude].flatMap((file) => (file ? [file.slice(0, file.lastIndexOf('/'))] : []));
  return {
    system: all('system')[0] ?? 'unknown',
    machine: all('machine')[0] ?? 'an unknown machine',
    musl: all('musl').length > 0,
    account: all('account')[0] ?? '',
    home,
    node,
    broughtNode,
    oldNodes: [...new Set(nodes.map(({ version }) => version).filter((version) => !isNewEnough(version)))],
    tmux,
    claude,
    choseApprovals: all('approvals').length > 0,
    // Where Claude Code's own installer puts it.
    path: [...new Set([...all('path'), ...found, `${home}/.local/bin`])]
      .filter((directory) => isLasting(directory, home))
      .join(delimiter),
  };
}

export const NEEDED_NODE = '22.13';

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/** Path, version and the real path, separated by tabs. */
function readNode(line: string, home: string): { path: string; version: string } {
  const [path = '', version = '', real = ''] = line.split('\t');
  return { path: isLasting(path, home) && !/\/shims\/|\/\.volta\//.test(path) ? path : real, version };
}

/** Version managers create directories for one login, which are removed after it. */
function isLasting(path: string, home: string): boolean {
  if (path.includes('/fnm_multishells/') || !path.startsWith('/')) return false;
  return path.startsWith(`${home}/`) || !/^\/(run|tmp|private\/tmp)\//.test(path);
}

const SAYS = 'paliadin-look ';

/**
 * The owner types `claude` with the login shell's own PATH, and most of it is set by start files that only an
 * interactive shell reads. Such a shell may run anything at its start, so it gets ten seconds.
 */
const LOOK = `
say() { printf '${SAYS}%s %s\\n' "$1" "$2"; }
say system "$(uname -s)"
say machine "$(uname -m)"
if ldd --version 2>&1 | grep -qi musl; then say musl yes; fi
say account "$(id -un)"
say home "$HOME"
if grep -qE '^[[:space:]]*(export[[:space:]]+)?PALIADIN_APPROVALS[[:space:]]*=[[:space:]]*[^[:space:]]' \\
  "$HOME/.local/share/paliadin/host.env" 2>/dev/null; then say approvals chosen; fi

file=$(mktemp) || exit 1
trap 'rm -f "$file"' EXIT
env=$(command -v env)
tab=$(printf '\\t')
ask() {
  "\${SHELL:-/bin/sh}" "$@" "$env" </dev/null >"$file" 2>/dev/null &
  shell=$!
  (for second in 1 2 3 4 5 6 7 8 9 10; do sleep 1; done; kill -9 "$shell") </dev/null >/dev/null 2>&1 &
  guard=$!
  wait "$shell" 2>/dev/null
  kill "$guard" 2>/dev/null
  sed -n 's/^PATH=//p' "$file" | tail -n 1
}
login=$(ask -l -i -c)
login="$login:$(ask -l -c):$PATH"

seen=:
programs() {
  case $seen in *:"$1":*) return ;; esac
  seen="$seen$1:"
  for name in tmux claude; do
    if [ -f "$1/$name" ] && [ -x "$1/$name" ]; then say "$name" "$1/$name"; fi
  done
  node node "$1/node"
}
node() {
  if [ -f "$2" ] && [ -x "$2" ]; then
    about=$("$2" -p 'process.versions.node + "\\t" + process.execPath' </dev/null 2>/dev/null) &&
      say "$1" "$2$tab$about"
  fi
}

set -f
IFS=:
for directory in $login; do
  if [ -d "$directory" ]; then say path "$directory"; programs "$directory"; fi
done
set +f
for directory in "$HOME/.local/bin" "$HOME/bin" "$HOME/.claude/local" /opt/homebrew/bin /usr/local/bin \\
  /home/linuxbrew/.linuxbrew/bin /opt/local/bin "$HOME/.volta/bin" "$HOME/.bun/bin" "$HOME/.npm-global/bin" \\
  "$HOME"/.nvm/versions/node/*/bin "$HOME"/.local/share/fnm/node-versions/*/installation/bin \\
  "$HOME/Library/Application Support/fnm/node-versions"/*/installation/bin \\
  "$HOME"/.local/share/mise/installs/node/*/bin "$HOME"/.asdf/installs/nodejs/*/bin /snap/bin /usr/bin /bin; do
  if [ -d "$directory" ]; then programs "$directory"; fi
done
node brought-node "$HOME/.local/share/paliadin/node/bin/node"
exit 0
`;
