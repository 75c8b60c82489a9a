/** The driver that a daemon uses, after a check of what Claude Code may do on this host. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentEnv } from '../config/agent-env.ts';
import type { IsolationLevel } from '../contract/isolation.ts';
import { claudeDriver } from '../host/agents/claude/driver.ts';
import { hooksForbidden } from '../host/agents/claude/forbidden.ts';
import { parseVersion } from '../host/agents/claude/plugin.ts';
import { managedSettings } from '../host/agents/claude/settings-files.ts';
import type { Driver } from '../host/agents/driver.ts';
import { agentDirectory } from '../host/journal.ts';
import { relayFiles } from '../host/relay/files.ts';
import type { Relay } from '../host/relay/open-relay.ts';
import { outputOf } from '../process/output-of.ts';
import { acpAgentDriver } from './acp-agent.ts';
import { type Agent, claudeCode, type DriverNeeds, makeDriver } from './agent.ts';
import { signInOf } from './isolation/sign-in.ts';

export interface OpenDriver {
  driver: Driver;
  /** Undefined if the program does not print it. */
  agentVersion?: string | undefined;
  /** Why it is not the requested driver; null if it is. */
  instead: string | null;
  /** Null if the driver needs none. */
  relay: Relay | null;
}

export interface OpenDriverNeeds extends DriverNeeds {
  level: IsolationLevel;
  /** Where agents work, or what they share. */
  shared: string;
  /** The host's own directory. */
  directory: string;
  openRelay(): Promise<Relay>;
  onError(what: string, error: unknown): void;
}

/** Claude Code is driven through its hooks, or through files if hooks are forbidden. */
export async function openDriver(agent: Agent, needs: OpenDriverNeeds): Promise<OpenDriver> {
  if (agent.name === 'demo') return { driver: makeDriver(agent, needs), instead: null, relay: null };
  if (agent.acp !== undefined) return openAcp(agent.acp, needs);
  const claude = claudeCode(agent, needs);
  const { sessions, hooks } = relayFiles(needs.directory);
  const directory = join(needs.directory, 'claude');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const homes = { directory, sessions, signIn: signInOf(needs.env, claude) };
  const isSandboxed = needs.level === 'sandbox';
  // A program that can't print its version does not start either, and then reports why.
  const version = await outputOf(agent.program, ['--version'], agentEnv(needs.env)).catch(() => '');
  const agentVersion = parseVersion(version) ?? undefined;

  async function byFiles(instead: string | null, opened: Relay | null): Promise<OpenDriver> {
    if (needs.level === 'directory') throw new Error(NO_REPLIES);
    // Only a sandboxed agent's way to the model needs the relay, which ends by itself if no agent calls it.
    const relay = isSandboxed ? (opened ?? (await needs.openRelay())) : null;
    if (relay === null) await opened?.close();
    const driver = makeDriver({ ...agent, driverName: 'reply-file' }, needs, { ...homes, relay });
    return { driver, agentVersion, instead, relay };
  }

  if (agent.driverName !== 'claude') return byFiles(null, null);
  const managed = managedSettings(process.platform);
  // A sandboxed agent does not see the owner's own settings.
  const settings = isSandboxed ? null : claude.directory;
  const forbidden = (port: number | null) => {
    return hooksForbidden({ version, directory: settings, cwd: needs.shared, managed, port });
  };
  const before = forbidden(null);
  if (before !== null) return byFiles(before, null);
  const relay = await needs.openRelay();
  const instead = forbidden(relay.port);
  if (instead !== null) return byFiles(instead, relay);
  const driver = await claudeDriver({
    claude,
    version,
    relay,
    hooks,
    ...homes,
    policy: needs.policy,
    onError: needs.onError,
    directoryOf: (session) => agentDirectory(sessions, session),
  });
  return { driver, agentVersion, instead, relay };
}

/** Its walls are the sandbox's alone: the level `directory` consists of rules of Claude Code's. */
async function openAcp(acp: NonNullable<Agent['acp']>, needs: OpenDriverNeeds): Promise<OpenDriver> {
  if (needs.level === 'directory') throw new Error(NO_RULES);
  const { sessions } = relayFiles(needs.directory);
  const relay = needs.level === 'sandbox' ? await needs.openRelay() : null;
  return { driver: acpAgentDriver(acp, { ...needs, sessions, relay }), instead: null, relay };
}

const NO_RULES =
  'the isolation level directory consists of rules that only Claude Code in its terminal keeps; with PALIADIN_AGENT=acp set PALIADIN_ISOLATION to sandbox, or to none for one person alone';
// The rules of that level forbid the directory for replies, together with the rest of the host's directory.
const NO_REPLIES =
  'the isolation level directory needs Claude Code’s hooks, and its answers would come by files here; set PALIADIN_ISOLATION=sandbox, or allow the hooks and unset PALIADIN_DRIVER';
