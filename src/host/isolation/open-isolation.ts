/** The isolation of a host, by its level. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { IsolationLevel } from '../../contract/isolation.ts';
import { readIfExists } from '../../process/files.ts';
import type { Launch } from '../tmux/setup.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import { everyNameBut, everyPathInBut } from './every-name-but.ts';
import { type InsidePrograms, insideArguments, type WayOut } from './inside.ts';
import type { AgentHome, Isolation } from './isolation.ts';
import { seatbeltArguments } from './seatbelt.ts';
import { machineFiles, noSettings } from './stand-ins.ts';
import { linkShared, linkTo, OWNERS, ownDirectory, ownFile } from './workspace.ts';

/** The program that makes the sandbox, and the other programs that it needs. */
export type SandboxProgram =
  | ({ kind: 'bubblewrap'; bubblewrap: string } & InsidePrograms)
  | { kind: 'seatbelt'; sandboxExec: string };

export interface IsolationOptions {
  level: IsolationLevel;
  /** The directory of the sessions' homes, each in a directory with its session's name. */
  homes: string;
  /** What the owner shares with all agents; at the level `none`, the directory in which they work. */
  shared: string;
  /** For this module's own files (0700). */
  directory: string;
  /** The host's own directory. At the level `directory`, agents must not read anything in it but their session's files. */
  host: string;
  /** What else agents must not read at the level `directory`: patterns of `.gitignore`, absolute or with `~/`. */
  forbidden: readonly string[];
  /** Needed for the level `sandbox`. */
  sandbox: SandboxProgram | null;
  /** Other files and directories that a sandboxed agent may read. */
  read: readonly string[];
  /** A sandboxed agent's way to the model and to its hooks; null: it has no network. */
  way: WayOut | null;
}

export function openIsolation(options: IsolationOptions): Isolation {
  const { level, homes, directory } = options;
  // Rules and mounts need the real path: through a link they would apply to another name.
  const shared = realpathSync(options.shared);
  const walls = digestOf({ ...options, shared });
  const marks = join(directory, 'walls');
  const markOf = (session: string) => join(marks, session);
  /** Claude Code and others leave the output of commands in a directory that all agents of an account share. */
  const temporaryOf = (session: string) => join(homes, session, 'tmp');

  function homeOf(session: string): AgentHome {
    if (level === 'none') return { cwd: options.shared, home: null, shared: null, forbidden: [] };
    const own = join(homes, session);
    const cwd = join(own, 'workspace');
    if (level === 'sandbox') return { cwd, home: join(own, 'home'), shared, forbidden: [] };
    const others = everyNameBut(session).map((pattern) => join(homes, pattern));
    const journals = everyPathInBut(options.host, ['sessions', session, 'files']);
    return { cwd, home: null, shared, forbidden: [...others, ...journals, ...options.forbidden] };
  }

  function prepare(session: string): AgentHome {
    const home = homeOf(session);
    if (level === 'none') return home;
    mkdirSync(homes, { recursive: true, mode: 0o700 });
    for (const path of [join(homes, session), home.cwd, temporaryOf(session), home.home]) {
      if (path !== null) ownDirectory(path);
    }
    linkShared(shared, home.cwd);
    return home;
  }

  /** The owner's rules in the workspace, where no agent can replace them; empty files if there are none. */
  function ownersFiles(cwd: string): [string, string][] {
    const none = noSettings(directory);
    return [...OWNERS].flatMap((name): [string, string][] => {
      const given = join(shared, name);
      const source = existsSync(given) ? realpathSync(given) : none[name];
      if (source === undefined) return [];
      const path = join(cwd, name);
      return [[source, statSync(source).isDirectory() ? ownDirectory(path) : ownFile(path)]];
    });
  }

  function confine(session: string, launch: Launch): Launch {
    mkdirSync(marks, { recursive: true, mode: 0o700 });
    writeFileSync(markOf(session), walls, { mode: 0o600 });
    if (level === 'none') return launch;
    const { cwd, home } = homeOf(session);
    if (home === null) return { ...launch, env: { TMPDIR: temporaryOf(session), ...launch.env } };
    const { sandbox, way } = options;
    if (sandbox === null) throw new TypeError('there is no program that makes a sandbox');
    const view = {
      cwd,
      write: [home, cwd, ...(launch.write ?? [])],
      read: [shared, ...options.read, ...(launch.read ?? [])],
      lent: launch.lent ?? [],
      fixed: [...ownersFiles(cwd), ...(launch.fixed ?? [])],
    };
    const env = { ...WHO, HOME: home, ...launch.env };
    if (sandbox.kind === 'seatbelt') {
      // Seatbelt can't mount a file at another path: a link is there instead, which the agent can't change.
      for (const [source, path] of [...view.lent, ...view.fixed]) linkTo(source, path);
      const here = { ...view, write: [...view.write, temporaryOf(session)], port: way?.port ?? null };
      const argv = seatbeltArguments(sandbox.sandboxExec, here, launch.argv);
      return { argv, cwd, env: { ...env, TMPDIR: temporaryOf(session) } };
    }
    const shown = {
      ...view,
      read: [...view.read, ...(way === null ? [] : [dirname(way.socket)])],
      fixed: [...machineFiles(directory), ...view.fixed],
    };
    const inside = insideArguments(sandbox, way, launch.argv);
    return { argv: bubblewrapArguments(sandbox.bubblewrap, shown, inside), cwd: '/', env: { ...env, TMPDIR: '/tmp' } };
  }

  return {
    level,
    homeOf,
    prepare,
    confine,
    forget: (session) => rm(join(homes, session), { recursive: true, force: true }),
    // Before there were levels, all agents ran as at the level `none`.
    fits: (session) => (readIfExists(markOf(session)) ?? (level === 'none' ? walls : null)) === walls,
  };
}

/** Identifies the isolation settings: an agent that was started with others is started again. */
function digestOf({ level, homes, host, shared, sandbox, read, way, forbidden }: IsolationOptions): string {
  if (level === 'none') return level;
  const told = JSON.stringify([
    homes,
    shared,
    level === 'sandbox' ? [sandbox, read, way?.socket, 'files'] : [host, forbidden],
  ]);
  return `${level} ${createHash('sha256').update(told).digest('hex').slice(0, 16)}`;
}

// No user of this machine.
const WHO = { USER: 'agent', LOGNAME: 'agent', SHELL: '/bin/sh' };
