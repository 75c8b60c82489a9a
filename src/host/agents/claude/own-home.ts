/** The home of a Claude Code that is isolated from its owner's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../../process/files.ts';
import { agentSecret } from '../../agent-secret.ts';
import { ownDirectory, ownFile } from '../../isolation/workspace.ts';
import { readOwnFile } from '../../own-file.ts';
import type { Relay } from '../../relay/open-relay.ts';
import type { Launch } from '../../tmux/setup.ts';
import { claudeEnv } from '../claude-code.ts';
import type { AgentPaths } from '../paths.ts';
import { apartFromOthers } from './apart.ts';
import { type ModelAccess, modelAccess, type SignIn } from './model-access.ts';

export interface OwnHomeOptions {
  /** For our files that its agent may read (0700). */
  directory: string;
  /** The journal, with each session's secret. */
  sessions: string;
  signIn: SignIn;
  /** Its way to the model; null if no agent has a home of its own. */
  relay: Pick<Relay, 'port'> | null;
}

/**
 * What a launch needs so that Claude Code works in the session's home. In a home of its own, this answers the questions
 * of a first start. Call only while no agent works there.
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
    // The agent must not replace its own program.
    env: { ...claudeEnv, ...apart.env, ...access.env, DISABLE_AUTOUPDATER: '1' },
    // A sign-in is renewed in this file, for all.
    lent: access.credentials === null ? [] : [[access.credentials, ownFile(join(settings, '.credentials.json'))]],
    // Only the owner sets its rules, in the shared `.claude/settings.json`.
    fixed: [[none, ownFile(join(settings, 'settings.json'))]],
  };
}

type OwnHomeNeeds = Pick<Launch, 'env' | 'lent' | 'fixed'>;

/** Keeps Claude Code's own notes, except those that could give it more rights than the owner has given. */
function writeState(home: string, cwd: string, { key }: ModelAccess): void {
  const file = join(home, '.claude.json');
  const known = parse(readOwnFile(file, { maxBytes: MAX_STATE_BYTES }));
  const state = {
    ...known,
    hasCompletedOnboarding: true,
    // The workspace is ours, and the owner shares what is in it.
    projects: { [cwd]: { hasTrustDialogAccepted: true } },
    // Only the owner configures servers, in the shared `.mcp.json`.
    mcpServers: {},
    // A key is identified by its last letters.
    ...(key !== null && { customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] } }),
  };
  writeAtomically(ownFile(file), JSON.stringify(state));
}

function parse(text: string | null): object {
  try {
    const value = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // cut off by a crash
  }
}

// It grows with its user's work, and stays far below this.
const MAX_STATE_BYTES = 4 * 1024 * 1024;
