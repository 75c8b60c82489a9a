/** The host: its sessions, each with its own terminal, behind the interface that gateways use. */
import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import pTimeout from 'p-timeout';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { Host, HostIdentity } from '../contract/host.ts';
import { SESSION_PATTERN } from '../contract/names.ts';
import { revokeAgentSecret } from './agent-secret.ts';
import type { Driver } from './agents/driver.ts';
import { type AppToolsEndpoint, appToolsEndpoint } from './app-tools/endpoint.ts';
import { callsOtherPort } from './app-tools/mcp-access.ts';
import type { Isolation } from './isolation/isolation.ts';
import { openJournal } from './journal.ts';
import { paneLimit } from './pane-limit.ts';
import { periodically } from './periodically.ts';
import type { Relay } from './relay/open-relay.ts';
import { Session } from './session.ts';
import { openSessionFiles } from './session-files.ts';
import { tmuxConfiguration } from './tmux/configuration.ts';
import { TmuxSilent } from './tmux/control.ts';
import { removeProbes, socketPath } from './tmux/socket-path.ts';
import { watchNoScreen, watchScreen } from './watch-screen.ts';

export interface HostOptions {
  identity: HostIdentity;
  /** The host's own directory (0700). */
  directory: string;
  tmux: string;
  driver: Driver;
  isolation: Isolation;
  /** The program that the driver starts, to check that it still exists. */
  agentProgram: string;
  /** How long a tmux server has to answer, if not the default. */
  tmuxAnswerMs?: number;
  /** The whole environment of the agents. */
  agentEnv: Record<string, string>;
  /** Decides what a gateway may allow here. */
  policy: ApprovalPolicy;
  /** Opens the way by which agents reach the application's tools, on first use. Absent: there is none. */
  openRelay?(): Promise<Pick<Relay, 'port'>>;
  silenceMs: number;
  /** How many agents may start at the same time. */
  startsAtOnce: number;
  /** How many agents' terminals may exist at the same time. */
  maxPanes: number;
  /** A terminal is ended after this long without a question; null: never. Milliseconds. */
  hibernateAfterMs: number | null;
  /** Bytes of memory that programs can still get. */
  freeMemory(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Ended turns that are acknowledged are forgotten after this time. */
  keepMs: number;
  /** How long to wait before they are looked for again. Milliseconds. */
  pruneEveryMs: number;
  clock(): number;
  onError(what: string, error: unknown): void;
  /** The host was asked to retire, and no work holds it. */
  onRetire(): void;
  /** The agents' terminals have been ended for good: ends other processes that outlive the daemon. */
  onShutdown?(): Promise<void>;
}

export interface OpenedHost extends Host {
  /** Stops serving the application's tools. */
  closeAppTools(): Promise<void>;
  /** Ends the agents that call a port which another process may have now. Returns the names of their sessions. */
  endExposed(): Promise<string[]>;
}

/** Opens the host and recovers what a killed daemon left open. */
export async function openHost(options: HostOptions): Promise<OpenedHost> {
  const { directory, driver, isolation, clock, keepMs, pruneEveryMs } = options;
  const paths = await prepare(directory);
  const journal = openJournal(paths.sessions, (error) => options.onError('an unreadable turn was skipped', error));
  const { tmux, agentEnv: env, tmuxAnswerMs: answerMs } = options;
  const setup = { tmux, configuration: paths.configuration, env, answerMs };
  const lateListeners = new Set<(late: { session: string; turnId: string }) => void>();
  const sessions = new Map<string, Session>();
  const starts = pLimit(options.startsAtOnce);
  const panes = paneLimit(options.maxPanes, options.now);

  const { openRelay } = options;
  const appTools: AppToolsEndpoint | null =
    openRelay === undefined
      ? null
      : appToolsEndpoint({
          directory,
          sessions: paths.sessions,
          agentDirectory: (name) => journal.agentDirectory(name),
          version: options.identity.version,
          openRelay,
          toolsOf: (name, use) => sessions.get(name)?.toolsFor(use) ?? null,
          onError: options.onError,
        });

  /** A session that was asked something; a lookup by name creates none. */
  function knownSession(name: string): Session | undefined {
    if (!SESSION_PATTERN.test(name)) {
      throw new PaliadinError('bad_request', `a session's name looks like ${SESSION_PATTERN.source}`);
    }
    return sessions.get(name);
  }

  function sessionOf(name: string): Session {
    const known = knownSession(name);
    if (known !== undefined) return known;
    const session = new Session({
      session: name,
      journal,
      driver,
      isolation,
      setup,
      scratch: paths.scratch,
      files: openSessionFiles(journal.filesDirectory(name)),
      silenceMs: options.silenceMs,
      clock,
      socket: socketPath(paths.tmux, name),
      starts,
      panes,
      policy: options.policy,
      ...(appTools && { openAppTools: appTools.open }),
      onLate: (turnId) => {
        for (const tell of lateListeners) tell({ session: name, turnId });
      },
      onError: options.onError,
    });
    sessions.set(name, session);
    return session;
  }

  const recovered = (await journal.sessions()).map((name) =>
    // A session that can't be read, or whose tmux server hangs, blocks no other.
    starts(() => recover(sessionOf(name))).catch((error) => options.onError('a session was not recovered', error)),
  );
  await Promise.all(recovered);
  await appTools?.openIfUsed();

  async function recover(session: Session): Promise<void> {
    await session.recover();
    await session.prune(clock() - keepMs);
  }

  /** One session after the other: nobody waits for it. */
  async function prune(): Promise<void> {
    for (const session of sessions.values()) {
      await session.prune(clock() - keepMs).catch((error) => options.onError('old turns were not forgotten', error));
    }
  }

  async function endExposed(): Promise<string[]> {
    const exposed = [...sessions].filter(([name]) => {
      const agent = { session: name, directory: journal.agentDirectory(name) };
      const port = appTools?.port ?? null;
      return driver.callsElsewhere?.(agent) || (port !== null && callsOtherPort(agent.directory, port));
    });
    const ended = exposed.map(async ([name, session]) => {
      // The process that has the port may have received the secret, and could act for the session at our own port.
      revokeAgentSecret(paths.sessions, name);
      if ((await session.runner.pane.find()) === null) return [];
      await session.runner.end();
      return [name];
    });
    return (await Promise.all(ended)).flat();
  }

  const { hibernateAfterMs } = options;
  if (hibernateAfterMs !== null) {
    const look = () => panes.hibernateIdle(options.now() - hibernateAfterMs);
    periodically(LOOK_MS, look, (error) => options.onError('an idle terminal was not ended', error));
  }
  periodically(pruneEveryMs, prune, (error) => options.onError('old turns were not forgotten', error));

  return {
    identity: options.identity,
    async health(name) {
      await checkProgram(options.tmux);
      await checkProgram(options.agentProgram);
      const room = { panes: panes.room(), memory: options.freeMemory() };
      const session = name === null ? undefined : knownSession(name);
      if (session === undefined) return room;
      // Shorter than the caller's own timeout: otherwise it would report the host as unreachable.
      const reading = await pTimeout(session.runner.pane.look(), {
        milliseconds: HEALTH_MS,
        message: new TmuxSilent(),
      });
      if (reading?.state === 'dialog') throw new PaliadinError('agent_not_ready', `a dialog is open: ${reading.text}`);
      return room;
    },
    prompt: async (prompt, onUpdate, tools) => sessionOf(prompt.session).prompt(prompt, onUpdate, tools),
    putAttachment: async (piece) => sessionOf(piece.session).takeFile(piece),
    turn: async (name, turnId, from) => sessionOf(name).turn(turnId, from),
    cancel: async (name, turnId) => knownSession(name)?.cancel(turnId),
    async decide(name, turnId, id, decision) {
      const session = knownSession(name);
      if (session === undefined) throw new PaliadinError('not_found', 'this approval is no longer open');
      return session.decide(turnId, id, decision);
    },
    async reset(name, { forget } = { forget: false }) {
      const session = sessionOf(name);
      await session.reset();
      if (!forget) return;
      await session.remove();
      sessions.delete(name);
      await isolation.forget(name);
    },
    acknowledge: async (name, turnId, options) => sessionOf(name).acknowledge(turnId, options),
    async attach(name) {
      const session = sessions.get(name);
      const command = session?.runner.pane.attachCommand() ?? null;
      if (session && command === null) throw new PaliadinError('conflict', NO_TERMINAL);
      const pane = await session?.runner.pane.terminal();
      if (command === null || !pane) throw new PaliadinError('not_found', `session ${name} has no running terminal`);
      return command;
    },
    async sessions() {
      const all = [...sessions].map(async ([name, session]) => ({
        session: name,
        live: (await session.runner.pane.look().catch(hangs)) !== null,
        running: session.running,
      }));
      return Promise.all(all);
    },
    async hibernate(name) {
      knownSession(name); // checks that the name is valid
      return panes.hibernate(name);
    },
    async watchScreen(name, show, signal) {
      // A session that was asked nothing has the same kind of agent as the others.
      if (driver.open !== undefined) return watchNoScreen(show, signal);
      return watchScreen(async () => (await knownSession(name)?.runner.pane.terminal()) ?? null, show, signal);
    },
    async retire() {
      const idle = [...sessions.values()].every((session) => session.idle);
      if (idle) options.onRetire();
      return idle;
    },
    endExposed,
    closeAppTools: async () => await appTools?.close(),
    async shutdown() {
      const ended = await Promise.allSettled([...sessions.values()].map((session) => session.runner.end()));
      await options.onShutdown?.();
      options.onRetire();
      // Everything that could be ended has ended; the caller must learn about the rest.
      for (const end of ended) if (end.status === 'rejected') throw end.reason;
    },
    onLate: (listener) => {
      lateListeners.add(listener);
      return () => lateListeners.delete(listener);
    },
  };
}

/** A terminal whose tmux server does not answer still exists. */
function hangs(error: unknown): TmuxSilent {
  if (error instanceof TmuxSilent) return error;
  throw error;
}

const NO_TERMINAL =
  'the agent of this host has no terminal to attach to: it speaks ACP, as a child of the host daemon (PALIADIN_AGENT=acp)';
const HEALTH_MS = 2_500;
// Memory need not be freed sooner.
const LOOK_MS = 10_000;

async function prepare(directory: string) {
  const paths = {
    sessions: join(directory, 'sessions'),
    tmux: join(directory, 'tmux'),
    scratch: join(directory, 'scratch'),
    configuration: join(directory, 'tmux.conf'),
  };
  await rm(paths.scratch, { recursive: true, force: true }); // prompts that a killed daemon was pasting
  for (const path of [paths.sessions, paths.tmux, paths.scratch]) await mkdir(path, { recursive: true, mode: 0o700 });
  await removeProbes(paths.tmux);
  await writeFile(paths.configuration, tmuxConfiguration, { mode: 0o600 });
  return paths;
}

async function checkProgram(program: string): Promise<void> {
  try {
    await access(program, constants.X_OK);
  } catch (error) {
    throw new PaliadinError('agent_not_ready', `the program ${program} is not there or can't be run`, {
      cause: error,
    });
  }
}
