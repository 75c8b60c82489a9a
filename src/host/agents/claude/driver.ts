/**
 * The driver of Claude Code through its hooks: they report the prompt, each line of the answer, tools and the end, as
 * they happen. A log for each turn keeps these reports, so that they survive the daemon.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApprovalPolicy } from '../../../contract/approval-policy.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import type { TurnCost } from '../../../contract/turn-cost.ts';
import { agentSecret } from '../../agent-secret.ts';
import type { AgentHome } from '../../isolation/isolation.ts';
import type { Relay } from '../../relay/open-relay.ts';
import {
  type ClaudeCode,
  claudeCommand,
  claudeLost,
  conversationsOf,
  filesOfCommand,
  hindranceOf,
  keepsOrAdopts,
  placesOf,
  programFiles,
} from '../claude-code.ts';
import type { Driver } from '../driver.ts';
import { conversationNow, readAgentRecord, writeAgentRecord } from './agent-record.ts';
import { removeConversation, transcriptOf } from './conversations.ts';
import { HookRecorder } from './hook-recorder.ts';
import { startHookServer } from './hook-server.ts';
import { claudeInputEscape } from './input-escape.ts';
import { logFile } from './log.ts';
import type { SignIn } from './model-access.ts';
import { prepareOwnHome } from './own-home.ts';
import { hookNames, parseVersion, TOKEN_VARIABLE, writeHookPlugin } from './plugin.ts';
import { claudeRests, readClaude, retrying } from './screen.ts';
import { managedSettings, type SettingsPaths } from './settings-files.ts';
import { hasStopHooks } from './stop-hooks.ts';
import { watchClaude } from './watch.ts';

export interface ClaudeOptions {
  claude: ClaudeCode;
  /** What `claude --version` prints: it decides which hooks there are. */
  version: string;
  /** A directory of the driver's own (0700). */
  directory: string;
  /** The journal, with each session's secret. */
  sessions: string;
  /** The session's directory, as in `AgentPaths`. */
  directoryOf(session: string): string;
  /** How a sandboxed Claude Code reaches the model. */
  signIn: SignIn;
  /** Where the agents' hooks call. */
  relay: Pick<Relay, 'port'>;
  /** The socket to which the relay forwards the hooks' calls. */
  hooks: string;
  /** Decides which requests the host itself refuses: the agent is told at once. */
  policy: ApprovalPolicy;
  onError(what: string, error: unknown): void;
}

/** Starts to listen for hooks. */
export async function claudeDriver(options: ClaudeOptions): Promise<Driver> {
  const { claude, directoryOf, relay } = options;
  /** Of turns that have ended and are not forgotten yet. */
  const costs = new Map<string, () => Promise<TurnCost | null>>();
  /** Each aborts when its turn is being stopped: then the transcript is read early. */
  const stops = new Map<string, AbortController>();
  /** Where the agent of each session's directory works. */
  const homes = new Map<string, AgentHome>();
  const maySendOn = (directory: string) => {
    const home = homes.get(directory);
    return home !== undefined && settingsOf(claude, home).some(hasStopHooks);
  };
  const recorders = new Map<string, HookRecorder>();
  const recorderIn = (directory: string): HookRecorder => {
    const recorder =
      recorders.get(directory) ?? new HookRecorder(directory, options.policy, () => maySendOn(directory));
    recorders.set(directory, recorder);
    return recorder;
  };
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const server = await startHookServer(options.hooks, {
    receive: (session, payload, gone) => recorderIn(directoryOf(session)).receive(payload, gone),
    onError: options.onError,
  });
  preparePlugin(options);

  return {
    name: 'claude',
    listsToolsAtStart: true,
    launch(paths) {
      const { directory, home } = paths;
      const { port } = relay;
      homes.set(directory, home);
      const plugin = preparePlugin(options); // the port may be another by now
      const conversation = conversationNow(readAgentRecord(directory), paths.conversation) ?? randomUUID();
      const isOther = conversation !== paths.conversation;
      writeAgentRecord(directory, {
        port,
        conversation: paths.conversation,
        transcripts: conversationsOf(claude, home).root,
        ...(isOther && { now: conversation }),
      });
      const token = `${paths.session}.${agentSecret(options.sessions, paths.session)}`;
      const own = prepareOwnHome(paths, options);
      const argv = claudeCommand(claude, { ...paths, conversation }, { plugins: [plugin], mode: 'default' });
      return {
        argv,
        cwd: paths.home.cwd,
        ...own,
        env: { ...own.env, ...paths.mcp?.env, [TOKEN_VARIABLE]: token },
        read: [...programFiles(claude.program), claude.plugin, plugin, ...filesOfCommand(paths)],
      };
    },
    canReceiveHooks({ directory }) {
      const known = readAgentRecord(directory);
      return known?.port === relay.port && known.secret === undefined;
    },
    callsElsewhere({ directory }) {
      const known = readAgentRecord(directory);
      return known !== null && known.port !== relay.port;
    },
    keeps(paths) {
      const conversation = conversationNow(readAgentRecord(paths.directory), paths.conversation);
      return conversation !== null && keepsOrAdopts(claude, { ...paths, conversation });
    },
    lost: (lines) => claudeLost.test(lines.join('\n')),
    inputEscape: claudeInputEscape,
    hindrance: (home) => hindranceOf(claude, home),
    read: readClaude,
    rests: claudeRests,
    progress: retrying,
    envelope: () => ({}),
    watch({ turnId, directory, home }, signal) {
      homes.set(directory, home);
      recorderIn(directory).adopt(turnId);
      const stopping = new AbortController();
      stops.set(turnId, stopping);
      const turn = {
        turnId,
        log: logFile(directory, turnId),
        transcript() {
          const known = readAgentRecord(directory);
          const conversation = known === null ? null : conversationNow(known, known.conversation);
          return conversation === null ? null : transcriptOf(conversationsOf(claude, home), conversation);
        },
        transcripts: conversationsOf(claude, home).root,
        stopping: stopping.signal,
        onEnd: (cost: () => Promise<TurnCost | null>) => costs.set(turnId, cost),
        onDeaf: () =>
          options.onError('Claude Code', new Error('its hooks were not heard; the answer is from its transcript')),
      };
      return watchClaude(turn, signal);
    },
    async decide({ turn, approval, decision, pane }) {
      if (pane === null) throw new PaliadinError('conflict', 'the agent’s terminal is gone');
      await recorderIn(turn.directory).decide(turn.turnId, approval.id, decision, pane);
    },
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
    forgetConversation({ directory, conversation, home }) {
      recorders.delete(directory);
      homes.delete(directory);
      const known = readAgentRecord(directory);
      // A sandboxed agent may write there, and must not name another person's conversation.
      const now = home.home === null ? conversationNow(known, conversation) : null;
      const ids = now === null ? [conversation] : [conversation, now];
      for (const where of placesOf(claude, home)) for (const id of ids) removeConversation(where, id);
    },
    close: () => server.close(),
  };
}

/** The settings that its Claude Code reads there. A home of its own has none except those of its workspace. */
function settingsOf({ directory }: ClaudeCode, { home, cwd, shared }: AgentHome): SettingsPaths[] {
  const managed = managedSettings(process.platform);
  const own = home === null ? directory : null;
  return [cwd, ...(shared === null ? [] : [shared])].map((where) => ({ directory: own, cwd: where, managed }));
}

/** @returns the plugin's directory. */
function preparePlugin({ directory, version, relay: { port } }: ClaudeOptions): string {
  const names = hookNames(parseVersion(version) ?? NEWEST);
  if (names === null)
    throw new PaliadinError('agent_not_ready', `Claude Code ${version} has no hook for text; update it`);
  const plugin = join(directory, 'plugin');
  writeHookPlugin(plugin, { names, port });
  return plugin;
}

// An unknown version counts as a new one.
const NEWEST = '999.0.0';
