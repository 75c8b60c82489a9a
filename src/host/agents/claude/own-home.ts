/** The home of a Claude Code that is kept apart from its owner's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../../process/files.ts';
import { agentSecret } from '../../agent-secret.ts';
import { ownDirectory, ownFile } from '../../isolation/workspace.ts';
import { readOwnFile } from '../../own-file.ts';
import type { Relay } from '../../relay/open-relay.ts';
import type { Launch } from '../../tmux/setup.ts';
import { claudeEnv } from '../claude-code.ts';
import type { AgentPaths } from '../driver.ts';
import { apartFromOthers } from './apart.ts';
import { type ModelAccess, modelAccess, type SignIn } from './model-access.ts';

export interface OwnHomeOptions {
  /** For files of ours that its agent may read (0700). */
  directory: string;
  /** The journal, with each session's secret. */
  sessions: string;
  signIn: SignIn;
  /** Its way to the model; null where no agent has a home of its own. */
  relay: Pick<Relay, 'port'> | null;
}

/**
 * What a launch needs so that Claude Code works in the session's home. In a home of its own it answers what a first start
 * would ask. Only while no agent works there.
 */
export function prepareOwnHome(
  paths: AgentPaths,
  { directory, sessions, signIn, relay }: OwnHomeOptions,
): OwnHomeNeeds {
  const { home, cwd } = paths.home;
  const apart = apartFromOthers(paths.home);
  if (home === null || relay === null) return { env: { ...claudeEnv, ...apart.env } };
  const token = `${paths.session}.${agentSecret(sessions, paths.session)}`;
  const access = modelAccess(signIn, { token, port: relay.port });
  const settings = ownDirectory(join(home, '.claude'));
  writeState(home, cwd, access);
  const none = join(directory, 'no-settings.json');
  writeFileSync(none, '{}\n', { mode: 0o600 });
  return {
    // The program is not the agent's own to replace.
    env: { ...claudeEnv, ...apart.env, ...access.env, DISABLE_AUTOUPDATER: '1' },
    // A sign-in is renewed there, for all.
    lent: access.credentials === null ? [] : [[access.credentials, ownFile(join(settings, '.credentials.json'))]],
    // Its rules are the owner's to give, in the shared `.claude/settings.json`.
    fixed: [[none, ownFile(join(settings, 'settings.json'))]],
  };
}

type OwnHomeNeeds = Pick<Launch, 'env' | 'lent' | 'fixed'>;

/** What Claude Code has noted by itself stays, but for what could give it more to do than the owner has. */
function writeState(home: string, cwd: string, { key }: ModelAccess): void {
  const file = join(home, '.claude.json');
  const known = parse(readOwnFile(file, { maxBytes: MAX_STATE_BYTES }));
  const state = {
    ...known,
    hasCompletedOnboarding: true,
    // The workspace is ours, and what is in it the owner has shared.
    projects: { [cwd]: { hasTrustDialogAccepted: true } },
    // Servers come from the owner, in the shared `.mcp.json`.
    mcpServers: {},
    // A key is known by its last letters.
    ...(key !== null && { customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] } }),
  };
  writeAtomically(ownFile(file), JSON.stringify(state));
}

function parse(text: string | null): object {
  try {
    const value = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // cut by a crash
  }
}

// It grows with what its user does, and stays far below this.
const MAX_STATE_BYTES = 4 * 1024 * 1024;
