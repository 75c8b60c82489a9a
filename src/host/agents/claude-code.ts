/** How Claude Code is started, and how it says that it works. */
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
  /** Our skill, as a plugin's directory. */
  plugin: string;
  /** The owner's configuration: `~/.claude`. */
  directory: string;
}

/** Where the Claude Code of a session keeps its conversations. */
export function conversationsOf(claude: ClaudeCode, { home, cwd }: AgentHome): ConversationPaths {
  if (home === null) return { directory: claude.directory, root: claude.directory, cwd };
  return { directory: join(home, '.claude'), root: home, cwd };
}

/** Whether it would resume the conversation, which may have begun before agents were kept apart. */
export function keepsOrAdopts(claude: ClaudeCode, { home, conversation }: AgentPaths): boolean {
  const paths = conversationsOf(claude, home);
  if (keepsConversation(paths, conversation)) return true;
  const { shared } = home;
  // Where it worked as one of all, or under rules alone.
  const former =
    shared === null
      ? []
      : [shared, home.cwd].map((cwd) => ({ directory: claude.directory, root: claude.directory, cwd }));
  return former.some(
    (other) => keepsConversation(other, conversation) && adoptConversation(paths, other, conversation),
  );
}

/** As the owner has set things there. One with a home of its own has its keys as they were. */
export function hindranceOf({ directory }: ClaudeCode, { home }: AgentHome): string | null {
  return home === null ? enterBound(directory) : null;
}

/** Where the status line has a hint in place of the words, the title begins with a spinner. */
export const claudeBusy = /esc to interrupt|^[\u2801-\u28ff]/;

export const claudeBackground = /↓ to manage/;

/** What it says where it was to resume a conversation that it does not know, or can't read. */
export const claudeLost = /No conversation found with session ID/;

/**
 * What a prompt could ask for besides its text stays out also where a version finds it in spite of the escape. Versions
 * that do not know one of these pass over it.
 */
export const claudeEnv: Record<string, string> = {
  // A mention is then a hint to read the file, which the rules for reading may refuse, and not the file itself.
  CLAUDE_CODE_DISABLE_FILE_MENTIONS: '1',
  CLAUDE_CODE_DISABLE_ULTRATHINK: '1',
};

/** With our skill. `replies`: allowed to write its answers where the `reply-file` driver looks for them. */
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
      // Where nobody can be asked, what the owner has not allowed is refused, and the agent goes on without it.
      defaultMode: options.mode ?? 'dontAsk',
      ...(apart.deny.length > 0 && { deny: apart.deny }),
    },
    // A suggested question costs a request to the model, and an Enter too many would ask it.
    promptSuggestionEnabled: false,
    // With vim's keys, Escape would leave the mode in which a paste is text.
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
    // It refuses to begin a conversation twice, and to resume one that it has never begun.
    keeps ? '--resume' : '--session-id',
    conversation,
  ];
}

/** `Edit` is the rule for every tool that writes files. Two slashes begin an absolute path. Behind a link, both names have to be allowed. */
function writable(directory: string): string[] {
  return [...new Set([directory, realpathSync(directory)])].map((path) => `Edit(/${path}/**)`);
}

/** What a program needs to run: its package, where it is part of one. */
export function programFiles(program: string): string[] {
  const real = realpathSync(program);
  let directory = dirname(real);
  while (directory !== dirname(directory) && !existsSync(join(directory, 'package.json')))
    directory = dirname(directory);
  return [existsSync(join(directory, 'package.json')) ? directory : real];
}

/** The settings themselves, or where they are longer than tmux takes arguments, a file with them. */
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

// tmux takes 16 KiB of arguments in all.
const MAX_ARGUMENT = 6 * 1024;
