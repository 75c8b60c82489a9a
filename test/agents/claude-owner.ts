/** The owner of a real Claude Code, who knows nobody but the scripted model. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type IsolationLevel, isolationLevels } from '../../src/contract/isolation.ts';

/** How the agent reaches the model: by a key, as a subscriber, or not at all. */
export type SignedIn = 'key' | 'subscription' | 'no';

export interface OwnerOptions {
  /** The owner's own settings. */
  settings?: object;
  /** Whether the owner has said that the agent's directory may be trusted. `above`: only that which it is in. */
  trusted?: boolean | 'above';
}

/** A real agent reaches nobody but what the test has started. */
export function refuseNetwork(): void {
  const others = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (others.length > 0) throw new Error('run this with `npm run test:agents` or `npm run bench`: here is a network');
}

/**
 * The installed versions, oldest first, by what the command that started this one says. `only` is which of them is enough
 * where nobody waits for the tests.
 */
export function installedVersions(only?: 'oldest' | 'newest'): { name: string; program: string }[] {
  const versions = JSON.parse(process.env.TEST_AGENTS ?? '[]');
  if (only === undefined || process.env.TEST_UNATTENDED === undefined) return versions;
  return only === 'oldest' ? versions.slice(0, 1) : versions.slice(-1);
}

/** How the sessions of tests are kept apart, where a test does not say: by what the command that started this one says. */
export function levelOfTests(): IsolationLevel {
  return isolationLevels.find((level) => level === process.env.TEST_ISOLATION) ?? 'none';
}

export function agentEnvironment(home: string, model: { url: string }, signedIn: SignedIn = 'key') {
  return {
    HOME: home,
    USER: 'owner',
    SHELL: '/bin/bash',
    ANTHROPIC_BASE_URL: model.url,
    // What it would fetch from elsewhere is not there: without this it would try again and again, as owners' agents do.
    ...(process.env.TEST_TRAFFIC === undefined && { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }),
    ...SIGN_IN[signedIn],
  };
}

/** Past everything that a first start asks. */
export function makeHome(root: string, { settings = {}, trusted = true }: OwnerOptions = {}) {
  const home = join(root, 'home');
  const work = join(root, 'work');
  for (const path of [join(home, '.claude'), work]) mkdirSync(path, { recursive: true });
  // Another host in the same directory finds what the agent has written since.
  if (existsSync(join(home, '.claude.json'))) return { home, work };
  const state = {
    hasCompletedOnboarding: true,
    projects: { [trusted === 'above' ? root : work]: { hasTrustDialogAccepted: trusted !== false } },
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
  };
  writeFileSync(join(home, '.claude.json'), JSON.stringify(state));
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
  if (levelOfTests() === 'sandbox') {
    // What a sandboxed agent is to know of its owner's settings, they share.
    mkdirSync(join(work, '.claude'));
    writeFileSync(join(work, '.claude', 'settings.json'), JSON.stringify(settings));
  }
  return { home, work };
}

// Of no worth anywhere.
export const KEY = 'dummy-key-for-a-scripted-model-0123456789';
const SIGN_IN: Record<SignedIn, Record<string, string>> = {
  key: { ANTHROPIC_API_KEY: KEY },
  subscription: { CLAUDE_CODE_OAUTH_TOKEN: 'dummy-token-for-a-scripted-model' },
  no: {},
};
