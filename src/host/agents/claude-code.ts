/** How Claude Code is started, and how its screen shows that it works. */
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentHome } from '../isolation/isolation.ts';
import { apartFromOthers } from './claude/apart.ts';
import { adoptConversation, type ConversationPaths, forgetEmpty, keepsConversation } from './claude/conversations.ts';
import { enterBound } from './claude/keys.ts';
import { sharedAllowRules } from './claude/shared-rules.ts';
import type { AgentPaths } from './driver.ts';

export interface ClaudeCode {
  program: string;
  /** Our skill, as a plugin directory. */
  plugin: string;
  /** The owner's configuration: `~/.claude`. */
  directory: string;
}

/** Where the Claude Code of a session keeps its conversations. */
export function conversationsOf(claude: ClaudeCode, { home, cwd }: AgentHome): ConversationPaths {
  if (home === null) return { directory: claude.directory, root: claude.directory, cwd };
  return { directory: join(home, '.claude'), root: home, cwd };
}

/** Where the owner's Claude Code may have a session's conversations. What is in a session's own home goes with that. */
export function placesOf({ directory }: ClaudeCode, { cwd, shared }: AgentHome): ConversationPaths[] {
  const worked = shared === null ? [cwd] : [cwd, shared];
  return worked.filter(existsSync).map((where) => ({ directory, root: directory, cwd: where }));
}

/** Whether it would resume the conversation, which may have begun before agents were kept apart. */
export function keepsOrAdopts(claude: ClaudeCode, { home, conversation }: AgentPaths): boolean {
  const paths = conversationsOf(claude, home);
  if (keepsConversation(paths, conversation)) return true;
  const { shared } = home;
  // Where it worked at the level `none` or `directory`.
  const former =
    shared === null
      ? []
      : [shared, home.cwd].map((cwd) => ({ directory: claude.directory, root: claude.directory, cwd }));
  return former.some(
    (other) => keepsConversation(other, conversation) && adoptConversation(paths, other, conversation),
  );
}

/** Reads the owner's settings there. An agent with a home of its own has the default keys. */
export function hindranceOf({ directory }: ClaudeCode, { home }: AgentHome): string | null {
  return home === null ? enterBound(directory) : null;
}

/** If the status line shows a hint in place of these words, the title begins with a spinner. */
export const claudeBusy = /esc to interrupt|^[\u2801-\u28ff]/;

export const claudeBackground = /↓ to manage/;

/** Printed when it has to resume a conversation that it does not know or can't read. */
export const claudeLost = /No conversation found with session ID/;

/**
 * Turns off what a prompt could trigger besides its text, in case a version triggers it in spite of the escape.
 * Versions that do not know one of these variables ignore it.
 */
export const claudeEnv: Record<string, string> = {
  // A mention is then only a hint to read the file, which the read rules may refuse, not the file itself.
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_DISABLE_ULTRATHINK: '1',
};

/** Includes our skill. `replies`: may write its answers where the `reply-file` driver looks for them. */
export function claudeCommand(
  claude: ClaudeCode,
  { directory, conversation, home }: AgentPaths,
  options: { plugins?: string[]; mode?: 'dontAsk' | 'default'; replies?: boolean } = {},
): [string, ...string[]] {
  const apart = apartFromOthers(home);
  const allow = [...(options.replies ? writable(directory) : []), ...sharedAllowRules(home)];
  const settings = {
    ...apart.settings,
    permissions: {
      ...(allow.length > 0 && { allow }),
      // If nobody can be asked, what the owner has not allowed is refused, and the agent continues without it.
      defaultMode: options.mode ?? 'dontAsk',
      ...(apart.deny.length > 0 && { deny: apart.deny }),
    },
    // A suggested question costs a request to the model, and one Enter too many would submit it.
    promptSuggestionEnabled: false,
    // In vim mode, Escape would leave the mode in which a paste is text.
    editorMode: 'normal',
    workflowKeywordTriggerEnabled: false,
  };
  const paths = conversationsOf(claude, home);
  const keeps = keepsConversation(paths, conversation);
  if (!keeps) forgetEmpty(paths, conversation);
  return [
    claude.program,
    ...[claude.plugin, ...(options.plugins ?? [])].flatMap((plugin) => ['--plugin-dir', plugin]),
    '--settings',
    asArgument(JSON.stringify(settings), directory),
    ...(home.shared === null ? [] : ['--add-dir', home.shared]),
    // It refuses to begin the same conversation twice, and to resume one that it has never begun.
    keeps ? '--resume' : '--session-id',
    conversation,
  ];
}

/**
 * `Edit` is the rule for every tool that writes files. Two slashes begin an absolute path. If the path has a link in
 * it, both names must be allowed.
 */
function writable(directory: string): string[] {
  return [...new Set([directory, realpathSync(directory)])].map((path) => `Edit(/${path}/**)`);
}

/** What a program needs to run: its package, if it is part of one. */
export function programFiles(program: string): string[] {
  const real = realpathSync(program);
  let directory = dirname(real);
  while (directory !== dirname(directory) && !existsSync(join(directory, 'package.json')))
    directory = dirname(directory);
  return [existsSync(join(directory, 'package.json')) ? directory : real];
}

/** The settings themselves, or a file with them if they are longer than tmux accepts as an argument. */
function asArgument(settings: string, directory: string): string {
  if (settings.length <= MAX_ARGUMENT) return settings;
  const file = join(directory, SETTINGS_FILE);
  writeFileSync(file, settings, { mode: 0o600 });
  return file;
}

/** Files that `claudeCommand` has left for the agent in its session's directory. */
export function filesOfCommand({ directory }: AgentPaths): string[] {
  return [join(directory, SETTINGS_FILE)].filter((file) => existsSync(file));
}

const SETTINGS_FILE = 'claude-settings.json';

// tmux accepts 16 KiB of arguments in total.
const MAX_ARGUMENT = 6 * 1024;
