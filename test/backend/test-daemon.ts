/** A real host daemon in a state directory of its own, and a channel to it that can be cut. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Duplex, pipeline } from 'node:stream';
import { gatewayPolicy } from '../../src/config/approval-policy.ts';
import { loadConfig } from '../../src/config/load.ts';
import { packagePrograms } from '../../src/config/programs.ts';
import { prepareState } from '../../src/config/state-paths.ts';
import { type Agent, chooseAgent } from '../../src/daemon/agent.ts';
import { localDaemon } from '../../src/daemon/local-daemon.ts';
import { reachDaemon } from '../../src/transport/daemon-process.ts';
import type { ExpectedDaemon } from '../../src/transport/expected-daemon.ts';
import { endHost } from '../support/end-host.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

export interface TestDaemon {
  /** How it is reached, and started where there is none. */
  process: ExpectedDaemon;
  pid(): number;
  /** Kills it, and waits until it is gone. What runs in the panes goes on. */
  kill(): Promise<void>;
  prompts(session: string): { turnId: string; message: string }[];
  /** Lets an answer go on that `demo hold NAME` holds. */
  release(name: string, session: string): void;
  stateDir: string;
  /** Ends daemon, terminals and agents, and removes the directory. */
  dispose(): Promise<void>;
}

/** `settings` are variables of the daemon's. `stateDir` is another daemon's, to be its successor. */
export async function testDaemon(settings: Record<string, string> = {}, stateDir?: string): Promise<TestDaemon> {
  const { path: root, remove } = stateDir === undefined ? await temporaryDirectory() : { path: stateDir, remove: null };
  const given = { PALIADIN_AGENT: 'demo', PALIADIN_DEMO_PACE: '0', PALIADIN_STATE_DIR: root, ...settings };
  const env = { PATH: process.env.PATH, HOME: root, ...given };
  const config = loadConfig(env, root);
  const paths = prepareState(config);
  const agent = chooseAgent(config, env) as Agent;
  const daemon = localDaemon({ config, paths, agent, env, programs: packagePrograms, policy: gatewayPolicy(config) });
  const agentDirectory = (session: string) => join(paths.host, 'sessions', session, 'agent');
  const pid = () => Number(readFileSync(paths.hostPid, 'utf8'));
  return {
    process: daemon,
    stateDir: root,
    pid,
    async kill() {
      const killed = pid();
      process.kill(killed, 'SIGKILL');
      await until('the end of the daemon', () => !existsSync(`/proc/${killed}/fd/0`));
    },
    prompts(session) {
      const file = join(agentDirectory(session), 'prompts.jsonl');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
      return lines.map((line) => JSON.parse(line));
    },
    release: (name, session) => writeFileSync(join(agentDirectory(session), `release-${name}`), ''),
    async dispose() {
      await endHost(join(root, 'host'));
      await remove?.();
    },
  };
}

export interface Wire {
  /** The daemon, reached over the wire. */
  process: ExpectedDaemon;
  /** Ends what is open; new connections are let through. */
  cut(): void;
  /** From now on nothing is let through; or again. */
  block(blocked: boolean): void;
  close(): Promise<void>;
}

/** A socket that leads to the daemon, which is started when somebody comes and there is none. */
export async function wireTo(daemon: TestDaemon): Promise<Wire> {
  const ends = new Set<Duplex>();
  let blocked = false;
  const server = createServer(async (near) => {
    ends.add(near);
    near.on('error', () => {});
    if (blocked) return near.destroy();
    const far = await reachDaemon(daemon.process).catch(() => null);
    if (far === null) return near.destroy();
    ends.add(far);
    pipeline(near, far, near, () => {});
  });
  const socket = join(daemon.stateDir, 'wire.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const cut = () => {
    for (const end of ends) end.destroy();
    ends.clear();
  };
  return {
    process: { ...daemon.process, socket },
    cut,
    block(now) {
      blocked = now;
      if (now) cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
