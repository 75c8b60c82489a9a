/** An owner with a gateway of their own, who sets up hosts by the command line. Nothing is written to a real home. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Check } from '../../src/contract/check.ts';
import type { ListedHost } from '../../src/contract/records/host.ts';
import { readHostList } from '../../src/store/open.ts';
import { type Ran, runCli } from '../cli/run-cli.ts';
import type { OtherAccount } from '../support/other-account.ts';
import { temporaryDirectory } from '../support/temporary.ts';

export interface Owner {
  readonly stateDir: string;
  readonly home: string;
  /** The file of the gateway's settings. */
  readonly settings: string;
  readonly env: Record<string, string>;
  cli(...args: string[]): Promise<Ran>;
  /** With the settings that are in the file. */
  doctor(): Promise<{ code: number; checks: Check[] }>;
  /** What the file says. */
  variables(): Record<string, string>;
  /** The list of hosts. */
  hosts(): Promise<ListedHost[]>;
  dispose(): Promise<void>;
}

export async function newOwner(text = ''): Promise<Owner> {
  const { path, remove } = await temporaryDirectory();
  const [home, stateDir, settings] = [join(path, 'home'), join(path, 'state'), join(path, '.env')];
  mkdirSync(home);
  if (text !== '') writeFileSync(settings, text);
  const env = { PATH: process.env.PATH ?? '', HOME: home, PALIADIN_STATE_DIR: stateDir };
  const variables = () =>
    (existsSync(settings) ? parseEnv(readFileSync(settings, 'utf8')) : {}) as Record<string, string>;
  return {
    stateDir,
    home,
    settings,
    env,
    variables,
    hosts: () => readHostList({ url: undefined, file: join(stateDir, 'paliadin.db') }),
    dispose: remove,
    cli: (...args) => runCli(env, ...args),
    async doctor() {
      const { code, stdout } = await runCli({ ...env, ...variables() }, 'doctor', '--json');
      return { code, ...JSON.parse(stdout) };
    },
  };
}

/** The arguments by which an owner reaches the account and keeps their settings. */
export function through(account: Pick<OtherAccount, 'sshConfig'>, owner: Owner): string[] {
  return ['--ssh-config', account.sshConfig, '--settings', owner.settings];
}

/** The lines of a report that failed, and what follows each. */
export function failures(report: string): string[] {
  return report.split(/\n(?=[✓✗])/).filter((step) => step.startsWith('✗'));
}
