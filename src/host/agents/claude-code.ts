/** How Claude Code is started, and how its screen shows that it works. */
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MCP_SERVER } from '../app-tools/mcp-access.ts';
import type { AgentHome } from '../isolation/isolation.ts';
import { apartFromOthers } from './claude/apart.ts';
import { adoptConversation, type ConversationPaths, forgetEmpty, keepsConversation } from './claude/conversations.ts';
import { enterBound } from './claude/keys.ts';
import { sharedAllowRules } from './claude/shared-rules.ts';
import type { AgentPaths } from './paths.ts';

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
  { directory, conversation, home, files, mcp }: AgentPaths,
  options: { plugins?: string[]; mode?: 'dontAsk' | 'default'; replies?: boolean } = {},
): [string, ...string[]] {
  const apart = apartFromOthers(home);
  const allow = [
    ...(options.replies ? pathRules('Edit', directory) : []),
    ...(files === undefined ? [] : pathRules('Read', files)),
    ...sharedAllowRules(home),
    // Whoever asked decides on these, at the gateway: here it could only be asked twice.
    ...(mcp === undefined ? [] : [`mcp__${MCP_SERVER}`]),
  ];
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
    ...(mcp === undefined ? [] : ['--mcp-config', mcp.file]),
    '--settings',
    asArgument(JSON.stringify(settings), directory),
    ...(home.shared === null ? [] : ['--add-dir', home.shared]),
    // It refuses to begin the same conversation twice, and to resume one that it has never begun.
    keeps ? '--resume' : '--session-id',
    conversation,
  ];
}

/**
 * `Edit` is the rule for every tool that writes files, `Read` for every one that reads them. Two slashes begin an
 * absolute path. If the path has a link in it, both names must be allowed.
 */
function pathRules(tool: 'Edit' | 'Read', directory: string): string[] {
  return [...new Set([directory, realpathSync(directory)])].map((path) => `${tool}(/${path}/**)`);
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
export function filesOfCommand({ directory, mcp }: AgentPaths): string[] {
  return [join(directory, SETTINGS_FILE), ...(mcp === undefined ? [] : [mcp.file])].filter((file) => existsSync(file));
}

const SETTINGS_FILE = 'claude-settings.json';

// tmux accepts 16 KiB of arguments in total.
const MAX_ARGUMENT = 6 * 1024;
