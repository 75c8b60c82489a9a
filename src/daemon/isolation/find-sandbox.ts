/** Which sandbox program this machine has, and whether it works here. */
import { existsSync } from 'node:fs';
import { bubblewrapArguments } from '../../host/isolation/bubblewrap.ts';
import type { SandboxProgram } from '../../host/isolation/open-isolation.ts';
import { findProgram } from '../../process/find-program.ts';
import { outputOf } from '../../process/output-of.ts';

export type FoundSandbox = { program: SandboxProgram } | { missing: string; remedy: string };

/** Runs it: a machine may have the program, and forbid what it does. */
export async function findSandbox(env: NodeJS.ProcessEnv, platform = process.platform): Promise<FoundSandbox> {
  if (platform === 'darwin') return findSeatbelt();
  if (platform !== 'linux') return { missing: `there is no sandbox for ${platform}`, remedy: WEAKER };
  const [bubblewrap, socat, prlimit] = ['bwrap', 'socat', 'prlimit'].map((name) => findProgram(name, env));
  const absent = [
    ...(bubblewrap ? [] : ['bubblewrap']),
    ...(socat ? [] : ['socat']),
    ...(prlimit ? [] : ['util-linux']),
  ];
  if (!bubblewrap || !socat || !prlimit) {
    return {
      missing: `${absent.join(' and ')} not installed`,
      remedy: `install ${absent.join(' and ')} (on Debian and Ubuntu: sudo apt install ${absent.join(' ')})`,
    };
  }
  const program: SandboxProgram = { kind: 'bubblewrap', bubblewrap, socat, prlimit };
  const view = { cwd: '/', write: [], read: [], lent: [], fixed: [] };
  const [command, ...args] = bubblewrapArguments(bubblewrap, view, ['/bin/true']);
  try {
    await outputOf(command, args, { PATH: env.PATH ?? '' });
    return { program };
  } catch (error) {
    return { missing: `bubblewrap does not work here: ${lastLineOf(error)}`, remedy: ALLOW };
  }
}

function findSeatbelt(): FoundSandbox {
  if (existsSync(SANDBOX_EXEC)) return { program: { kind: 'seatbelt', sandboxExec: SANDBOX_EXEC } };
  return { missing: `${SANDBOX_EXEC} is not there`, remedy: WEAKER };
}

function lastLineOf(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr || message).trim().split('\n').at(-1) ?? '';
}

const SANDBOX_EXEC = '/usr/bin/sandbox-exec';
const WEAKER = 'set PALIADIN_ISOLATION=directory to do without, which docs/isolation.md explains';
const ALLOW =
  'allow user namespaces (kernel.unprivileged_userns_clone=1; on Ubuntu 24.04 kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap), and use bubblewrap 0.8 or newer';
