/** The isolation of this host's agents, from its settings. */
import { join } from 'node:path';
import type { Config } from '../../config/load.ts';
import type { StatePaths } from '../../config/state-paths.ts';
import type { IsolationLevel } from '../../contract/isolation.ts';
import type { Isolation } from '../../host/isolation/isolation.ts';
import { openIsolation } from '../../host/isolation/open-isolation.ts';
import type { Relay } from '../../host/relay/open-relay.ts';
import { findSandbox } from './find-sandbox.ts';

export interface HostIsolationNeeds {
  config: Config;
  env: NodeJS.ProcessEnv;
  paths: StatePaths;
  level: IsolationLevel;
  /** A sandboxed agent's way out; null if its driver has none. */
  relay: Relay | null;
}

/** @throws Error if the level is not available here: a weaker one is never used instead. */
export async function hostIsolation(needs: HostIsolationNeeds): Promise<Isolation> {
  const { config, env, paths, level, relay } = needs;
  const found = level === 'sandbox' ? await findSandbox(env) : null;
  if (found !== null && 'missing' in found) {
    throw new Error(`the isolation level is sandbox, but ${found.missing}; ${found.remedy}`);
  }
  return openIsolation({
    level,
    homes: paths.homes,
    shared: paths.workspace,
    directory: join(paths.host, 'isolation'),
    host: paths.host,
    forbidden: closedTo(paths),
    sandbox: found?.program ?? null,
    read: config.values.PALIADIN_SANDBOX_READ ?? [],
    way: relay,
  });
}

/** Paliadin's own private files, and the files in which an account usually keeps its secrets. */
function closedTo({ root, database }: StatePaths): string[] {
  const ours = [`${database}*`, join(root, 'ssh/**')];
  return [...ours, ...SECRETS];
}

const SECRETS = [
  '~/.ssh/**',
  '~/.gnupg/**',
  '~/.aws/**',
  '~/.kube/**',
  '~/.config/gcloud/**',
  '~/.config/gh/**',
  '~/.docker/**',
  '~/.netrc',
  '~/.npmrc',
  '~/.pypirc',
  '~/.git-credentials',
  '~/.bash_history',
  '~/.zsh_history',
  '~/.claude.json',
  '~/.claude/.credentials.json',
  '~/.claude/history.jsonl',
  '~/.claude/projects/**',
];
