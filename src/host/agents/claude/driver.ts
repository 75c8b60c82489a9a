/**
 * The driver of Claude Code through its hooks: they tell of the prompt, each line of the answer, tools and the end, as
 * it happens. What they tell is kept in a log for each turn, so that it survives the daemon.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PaliadinError } from '../../../contract/errors.ts';
import type { TurnCost } from '../../../contract/turn-cost.ts';
import type { ApprovalPolicy } from '../../approval-policy.ts';
import { type ClaudeCode, claudeCommand, claudeLost, keepsConversation, transcriptOf } from '../claude-code.ts';
import type { Driver } from '../driver.ts';
import { type HookServer, startHookServer } from './hook-server.ts';
import { logFile } from './log.ts';
import { recall, remember } from './place.ts';
import { hookNames, parseVersion, TOKEN_VARIABLE, writeHookPlugin } from './plugin.ts';
import { Recorder } from './recorder.ts';
import { claudeRests, readClaude, retrying } from './screen.ts';
import { watchClaude } from './watch.ts';

export interface ClaudeOptions {
  claude: ClaudeCode;
  /** What `claude --version` prints: it decides which hooks there are. */
  version: string;
  /** A directory of the driver's own (0700). */
  directory: string;
  /** The session's directory, as in `AgentPlace`. */
  directoryOf(session: string): string;
  /** What of it is refused by the host itself: the agent hears that at once. */
  policy: ApprovalPolicy;
  onTrouble(what: string, error: unknown): void;
}

/** Starts to listen for hooks. */
export async function claudeDriver(options: ClaudeOptions): Promise<Driver & { readonly port: number }> {
  const { claude, directoryOf } = options;
  /** Of turns that have ended and are not forgotten. */
  const costs = new Map<string, () => Promise<TurnCost | null>>();
  /** Each stops to be told of its turn's end as late as usual. */
  const stops = new Map<string, AbortController>();
  const recorders = new Map<string, Recorder>();
  const recorderIn = (directory: string): Recorder => {
    const recorder = recorders.get(directory) ?? new Recorder(directory, options.policy);
    recorders.set(directory, recorder);
    return recorder;
  };
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const server = await startHookServer(readPort(options.directory), {
    secretOf: (session) => recall(directoryOf(session))?.secret ?? null,
    receive: (session, payload, gone) => recorderIn(directoryOf(session)).receive(payload, gone),
    onTrouble: options.onTrouble,
  });
  const plugin = preparePlugin(options, server);

  return {
    name: 'claude',
    port: server.port,
    launch(place) {
      const { secret } = remember(place.directory, { port: server.port, conversation: place.conversation });
      return {
        argv: claudeCommand(claude, place, { plugins: [plugin], mode: 'default' }),
        cwd: claude.cwd,
        env: { [TOKEN_VARIABLE]: `${place.session}.${secret}` },
      };
    },
    hears: ({ directory }) => recall(directory)?.port === server.port,
    keeps: ({ conversation }) => keepsConversation(claude, conversation),
    lost: (lines) => claudeLost.test(lines.join('\n')),
    read: readClaude,
    rests: claudeRests,
    progress: retrying,
    envelope: () => ({}),
    watch({ turnId, directory }, signal) {
      recorderIn(directory).adopt(turnId);
      const stopping = new AbortController();
      stops.set(turnId, stopping);
      const turn = {
        turnId,
        log: logFile(directory, turnId),
        transcript() {
          const known = recall(directory);
          return known === null ? null : transcriptOf(claude, known.conversation);
        },
        stopping: stopping.signal,
        onEnd: (cost: () => Promise<TurnCost | null>) => costs.set(turnId, cost),
        onDeaf: () =>
          options.onTrouble('Claude Code', new Error('its hooks were not heard; the answer is from its transcript')),
      };
      return watchClaude(turn, signal);
    },
    decide: ({ turn, approval, decision, pane }) =>
      recorderIn(turn.directory).decide(turn.turnId, approval.id, decision, pane),
    refuse({ turnId, directory }) {
      stops.get(turnId)?.abort();
      return recorderIn(directory).refuse(turnId);
    },
    async cost({ turnId }) {
      const cost = costs.get(turnId);
      costs.delete(turnId);
      return cost === undefined ? null : cost();
    },
    async forget({ turnId, directory }) {
      costs.delete(turnId);
      stops.delete(turnId);
      recorders.get(directory)?.forget(turnId);
      await rm(logFile(directory, turnId), { force: true });
    },
    close: () => server.close(),
  };
}

function preparePlugin({ directory, version }: ClaudeOptions, { port }: HookServer): string {
  const names = hookNames(parseVersion(version) ?? NEWEST);
  if (names === null)
    throw new PaliadinError('agent_not_ready', `Claude Code ${version} has no hook for text; update it`);
  const plugin = join(directory, 'plugin');
  writeHookPlugin(plugin, { names, port });
  writeFileSync(join(directory, PORT_FILE), String(port), { mode: 0o600 });
  return plugin;
}

/** Agents that run already call where the daemon before this one listened. */
function readPort(directory: string): number | null {
  try {
    return Number(readFileSync(join(directory, PORT_FILE), 'utf8')) || null;
  } catch {
    return null; // the first start
  }
}

const PORT_FILE = 'port';
// A version that says nothing of itself is taken for a new one.
const NEWEST = '999.0.0';
