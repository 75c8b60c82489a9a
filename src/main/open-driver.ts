/** The driver that a daemon uses, once it is known what Claude Code may do on this host. */
import { join } from 'node:path';
import type { IsolationLevel } from '../contract/isolation.ts';
import { claudeDriver } from '../host/agents/claude/driver.ts';
import { hooksForbidden, managedSettings } from '../host/agents/claude/forbidden.ts';
import type { Driver } from '../host/agents/driver.ts';
import { agentDirectory } from '../host/journal.ts';
import { relayFiles } from '../host/relay/files.ts';
import type { Relay } from '../host/relay/open-relay.ts';
import { type Agent, claudeCode, type DriverNeeds, makeDriver } from './agent.ts';
import { agentEnv } from './agent-env.ts';
import { outputOf } from './doctor/output-of.ts';
import { signInOf } from './isolation/sign-in.ts';

export interface OpenDriver {
  driver: Driver;
  /** Why it is not the one that was wanted; null where it is. */
  instead: string | null;
  /** Null where the driver needs none. */
  relay: Relay | null;
}

export interface OpenDriverNeeds extends DriverNeeds {
  level: IsolationLevel;
  /** Where agents work, or what they share. */
  shared: string;
  /** The host's own. */
  directory: string;
  openRelay(): Promise<Relay>;
  onTrouble(what: string, error: unknown): void;
}

/** Claude Code is driven through its hooks, or where those are forbidden, through files. */
export async function openDriver(agent: Agent, needs: OpenDriverNeeds): Promise<OpenDriver> {
  if (agent.driverName !== 'claude') return { driver: makeDriver(agent, needs), instead: null, relay: null };
  const claude = claudeCode(agent, needs);
  // One that can't tell its version does not start either, and then says why.
  const version = await outputOf(agent.program, ['--version'], agentEnv(needs.env)).catch(() => '');
  const managed = managedSettings(process.platform);
  // A sandboxed one does not see the owner's own settings.
  const directory = needs.level === 'sandbox' ? null : claude.directory;
  const forbidden = (port: number | null) => hooksForbidden({ version, directory, cwd: needs.shared, managed, port });
  const byFiles = (instead: string): OpenDriver => {
    return { driver: makeDriver({ ...agent, driverName: 'reply-file' }, needs), instead, relay: null };
  };

  const before = forbidden(null);
  if (before !== null) return byFiles(before);
  const relay = await needs.openRelay();
  const instead = forbidden(relay.port);
  if (instead !== null) {
    await relay.close(); // it ends by itself, once no agent calls it
    return byFiles(instead);
  }
  const { sessions, hooks } = relayFiles(needs.directory);
  const driver = await claudeDriver({
    ...{ claude, version, relay, sessions, hooks, onTrouble: needs.onTrouble, signIn: signInOf(needs.env, claude) },
    directory: join(needs.directory, 'claude'),
    directoryOf: (session) => agentDirectory(sessions, session),
    // The gateway knows who may be asked, and denies at once where that is nobody.
    asks: true,
  });
  return { driver, instead, relay };
}
