/** The driver that a daemon uses, once it is known what Claude Code may do on this host. */
import { join } from 'node:path';
import { claudeDriver } from '../host/agents/claude/driver.ts';
import { hooksForbidden, managedSettings } from '../host/agents/claude/forbidden.ts';
import type { Driver } from '../host/agents/driver.ts';
import { agentDirectory } from '../host/journal.ts';
import { type Agent, claudeCode, type DriverNeeds, makeDriver } from './agent.ts';
import { agentEnv } from './agent-env.ts';
import { outputOf } from './doctor/output-of.ts';

export interface OpenDriver {
  driver: Driver;
  /** Why it is not the one that was wanted; null where it is. */
  instead: string | null;
}

/** `directory` is the host's own. Claude Code is driven through its hooks, or where those are forbidden, through files. */
export async function openDriver(
  agent: Agent,
  needs: DriverNeeds & { directory: string; onTrouble(what: string, error: unknown): void },
): Promise<OpenDriver> {
  if (agent.driverName !== 'claude') return { driver: makeDriver(agent, needs), instead: null };
  const claude = claudeCode(agent, needs);
  // One that can't tell its version does not start either, and then says why.
  const version = await outputOf(agent.program, ['--version'], agentEnv(needs.env)).catch(() => '');
  const managed = managedSettings(process.platform);
  const forbidden = (port: number | null) =>
    hooksForbidden({ version, directory: claude.directory, cwd: claude.cwd, managed, port });
  const byFiles = (instead: string) => ({ driver: makeDriver({ ...agent, driverName: 'reply-file' }, needs), instead });

  const before = forbidden(null);
  if (before !== null) return byFiles(before);
  const driver = await claudeDriver({
    ...{ claude, version, policy: needs.policy, onTrouble: needs.onTrouble },
    directory: join(needs.directory, 'claude'),
    directoryOf: (session) => agentDirectory(join(needs.directory, 'sessions'), session),
  });
  const instead = forbidden(driver.port);
  if (instead === null) return { driver, instead };
  await driver.close?.();
  return byFiles(instead);
}
