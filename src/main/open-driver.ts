/** The driver that a daemon uses, once it is known what Claude Code may do on this host. */
import { join } from 'node:path';
import type { IsolationLevel } from '../contract/isolation.ts';
import { claudeDriver } from '../host/agents/claude/driver.ts';
import { hooksForbidden, managedSettings } from '../host/agents/claude/forbidden.ts';
import type { Driver } from '../host/agents/driver.ts';
import { agentDirectory } from '../host/journal.ts';
import { type Agent, claudeCode, type DriverNeeds, makeDriver } from './agent.ts';
import { agentEnv } from './agent-env.ts';
import { outputOf } from './doctor/output-of.ts';
import { signInOf } from './isolation/sign-in.ts';

export interface OpenDriver {
  driver: Driver;
  /** Why it is not the one that was wanted; null where it is. */
  instead: string | null;
}

export interface OpenDriverNeeds extends DriverNeeds {
  level: IsolationLevel;
  /** Where agents work, or what they share. */
  shared: string;
  /** The host's own directory. */
  directory: string;
  onTrouble(what: string, error: unknown): void;
}

/** Claude Code is driven through its hooks, or where those are forbidden, through files. */
export async function openDriver(agent: Agent, needs: OpenDriverNeeds): Promise<OpenDriver> {
  if (agent.driverName !== 'claude') return { driver: makeDriver(agent, needs), instead: null };
  const claude = claudeCode(agent, needs);
  // One that can't tell its version does not start either, and then says why.
  const version = await outputOf(agent.program, ['--version'], agentEnv(needs.env)).catch(() => '');
  const managed = managedSettings(process.platform);
  // A sandboxed one does not see the owner's own settings.
  const directory = needs.level === 'sandbox' ? null : claude.directory;
  const forbidden = (port: number | null) => hooksForbidden({ version, directory, cwd: needs.shared, managed, port });
  const byFiles = (instead: string) => ({ driver: makeDriver({ ...agent, driverName: 'reply-file' }, needs), instead });

  const before = forbidden(null);
  if (before !== null) return byFiles(before);
  const driver = await claudeDriver({
    ...{ claude, version, onTrouble: needs.onTrouble, signIn: signInOf(needs.env, claude) },
    directory: join(needs.directory, 'claude'),
    directoryOf: (session) => agentDirectory(join(needs.directory, 'sessions'), session),
    // The gateway knows who may be asked, and denies at once where that is nobody.
    asks: true,
  });
  const instead = forbidden(driver.port);
  if (instead === null) return { driver, instead };
  await driver.close?.();
  return byFiles(instead);
}
