/**
 * A machine with an owner, and a host on which several people ask a real Claude Code. They ask past the gateway, which leaves
 * no several people to a host that does not keep them apart.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packagePrograms } from '../../../src/config/programs.ts';
import type { IsolationLevel } from '../../../src/contract/isolation.ts';
import { socketPath } from '../../../src/host/tmux/socket-path.ts';
import { type HostChannel, reachHost } from '../../../src/transport/reach-host.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { KEY } from '../claude-owner.ts';
import { type ToolCall, toolOrder } from '../model/script.ts';
import { startLocal } from '../started-claude.ts';
import { LISTED, type World } from './world.ts';

export interface Machine {
  level: IsolationLevel;
  gateway: TestGateway;
  host: HostChannel;
  paths: { state: string; host: string; home: string; work: string; skill: string };
  /** Signs in at the gateway as its owner. */
  ownersToken: string;
  /** What of it answers on which port. */
  world: World;
  /** A text that nobody can guess, the same for a name. Whoever has one has been where it lies. */
  canary(name: string): string;
  /** Whether a canary is in the text, or the owner's key. */
  leaks(text: string): boolean;
  person(session: string): Person;
  /** Has a session's agent do this, and waits for the end. */
  order(session: string, rounds: ToolCall[][] | ((turnId: string) => ToolCall[][])): Promise<Turn>;
  /** Every path that the model was asked for. */
  modelPaths: string[];
}

/** What somebody else can know of a session. */
export interface Person {
  session: string;
  /** Where its agent works, and where that keeps what it notes. */
  cwd: string;
  claude: string;
  /** Directory of the conversation's transcript. */
  project: string;
  tmuxSocket: string;
  /** Of its latest conversation. */
  conversation(): string;
}

export interface Turn {
  turnId: string;
  /** What each tool gave back. */
  returned: string[];
  /** All that the model was sent for it. */
  sent: string;
  answer: string;
  /** How often a person was asked for leave; the answer was no. */
  asked: number;
}

export interface MachineOptions {
  level: IsolationLevel;
  /** What the owner lets every agent do without asking, in the shared settings. */
  allow: string[];
  world: World;
}

export async function startMachine(program: string, { level, allow, world }: MachineOptions): Promise<Machine> {
  const canaries = new Map<string, string>();
  const canary = (name: string) => {
    const known = canaries.get(name) ?? `${CANARY}${randomBytes(16).toString('hex')}`;
    canaries.set(name, known);
    return known;
  };
  const env = {
    PALIADIN_ISOLATION: level,
    PALIADIN_ACCESS: level === 'none' ? 'owner' : 'users',
    PALIADIN_SANDBOX_NETWORK: LISTED,
    GATEWAY_CANARY: canary('gateway'),
    // All that was tried in one command.
    BASH_MAX_OUTPUT_LENGTH: '150000',
  };
  const { gateway, model, work } = await startLocal(program, { env });
  const home = join(dirname(work), 'home');
  const state = gateway.stateDir;
  mkdirSync(join(work, '.claude'), { recursive: true });
  writeFileSync(join(work, '.claude', 'settings.json'), JSON.stringify({ permissions: { allow } }));

  const socket = connect(join(state, 'host', 'daemon.sock'));
  await once(socket, 'connect');
  const host = await reachHost(socket);
  onTestFinished(() => host.close());

  const turns = new Map<string, Turn>();
  const modelPaths: string[] = [];
  model.onRequest = (path, body = '', question = null) => {
    modelPaths.push(path);
    const turn = question === null ? undefined : turns.get(question.turnId);
    if (turn === undefined) return;
    turn.returned = question?.returned ?? [];
    turn.sent += body;
  };

  async function order(
    session: string,
    rounds: ToolCall[][] | ((turnId: string) => ToolCall[][]),
    tries = 2,
  ): Promise<Turn> {
    const turnId = randomUUID();
    const turn: Turn = { turnId, returned: [], sent: '', answer: '', asked: 0 };
    turns.set(turnId, turn);
    const message = toolOrder(typeof rounds === 'function' ? rounds(turnId) : rounds);
    const prompt = { message, session, turnId, fence: 1, from: 0, known: false };
    const outcome = await host.prompt(prompt, (update) => {
      if (update.type === 'chunk') turn.answer = turn.answer.slice(0, update.offset) + update.text;
      if (update.type !== 'approval') return;
      turn.asked += 1;
      void host.decide(session, turnId, update.approval.id, { option: 'deny' });
    });
    // On a machine that is too busy to draw, an agent is taken for one that rests.
    if (outcome.code === 'agent_error' && tries > 1) return order(session, rounds, tries - 1);
    if (outcome.state !== 'done') throw new Error(`${session}: ${outcome.code} ${outcome.detail}`);
    return turn;
  }

  function person(session: string): Person {
    const own = join(state, 'homes', session);
    const cwd = level === 'none' ? work : join(own, 'workspace');
    const claude = join(level === 'sandbox' ? join(own, 'home') : home, '.claude');
    const project = join(claude, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'));
    const tmuxSocket = socketPath(join(state, 'host', 'tmux'), session);
    const known = join(gateway.agentDirectory(session), 'claude.json');
    const conversation = () => JSON.parse(readFileSync(known, 'utf8')).conversation;
    return { session, cwd, claude, project, tmuxSocket, conversation };
  }

  return {
    level,
    gateway,
    host,
    world,
    canary,
    person,
    modelPaths,
    order: (session, rounds) => order(session, rounds),
    leaks: (text) => text.includes(KEY) || [...canaries.values()].some((one) => text.includes(one)),
    paths: { state, host: join(state, 'host'), home, work, skill: packagePrograms.skill },
    ownersToken: (await gateway.as('owner')).token,
  };
}

/** How all canaries begin, so that they can be searched for without being known. */
const CANARY = 'canary-';
