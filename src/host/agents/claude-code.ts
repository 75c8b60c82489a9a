/** How Claude Code is started, where it keeps its conversations, and how it says that it works. */
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentPlace } from './driver.ts';

export interface ClaudeCode {
  program: string;
  /** Our skill, as a plugin's directory. */
  plugin: string;
  /** Where it keeps its conversations: `~/.claude`. */
  directory: string;
  /** Where it works. */
  cwd: string;
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

/** With our skill, and allowed to write its answers where the `reply-file` driver looks for them. */
export function claudeCommand(
  claude: ClaudeCode,
  { directory, conversation }: AgentPlace,
  options: { plugins?: string[]; mode?: 'dontAsk' | 'default' } = {},
): [string, ...string[]] {
  const settings = {
    permissions: {
      // `Edit` is the rule for every tool that writes files. Two slashes begin an absolute path. Behind a link,
      // both names have to be allowed.
      allow: [...new Set([directory, realpathSync(directory)])].map((path) => `Edit(/${path}/**)`),
      // Where nobody can be asked, what the owner has not allowed is refused, and the agent goes on without it.
      defaultMode: options.mode ?? 'dontAsk',
    },
    // A suggested question costs a request to the model, and an Enter too many would ask it.
    promptSuggestionEnabled: false,
    // With vim's keys, Escape would leave the mode in which a paste is text.
    editorMode: 'normal',
    workflowKeywordTriggerEnabled: false,
  };
  const keeps = keepsConversation(claude, conversation);
  if (!keeps) forgetEmpty(claude, conversation);
  return [
    claude.program,
    ...[claude.plugin, ...(options.plugins ?? [])].flatMap((plugin) => ['--plugin-dir', plugin]),
    ...['--settings', JSON.stringify(settings)],
    // It refuses to begin a conversation twice, and to resume one that it has never begun.
    ...[keeps ? '--resume' : '--session-id', conversation],
  ];
}

/** It resumes by the transcript, in the directory where that began; one that has no message it refuses. */
export function keepsConversation(claude: ClaudeCode, conversation: string): boolean {
  const path = transcriptOf(claude, conversation);
  const size = path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return path !== null && (size > NO_MESSAGE_BYTES || readFileSync(path, 'utf8').includes('"parentUuid":'));
}

/** A transcript without a message, which it would neither resume nor begin again. */
function forgetEmpty(claude: ClaudeCode, conversation: string): void {
  const path = transcriptOf(claude, conversation);
  if (path !== null) rmSync(path, { force: true });
}

/** The conversation's transcript is there from the first prompt on, whatever became of that. Null before. */
export function transcriptOf({ directory, cwd }: ClaudeCode, conversation: string): string | null {
  const projects = join(directory, 'projects');
  const project = realpathSync(cwd)
    .replace(/[^a-zA-Z0-9]/g, '-')
    .slice(0, MAX_PROJECT_LENGTH);
  const found = namesIn(projects)
    .filter((name) => name.startsWith(project))
    .map((name) => join(projects, name, `${conversation}.jsonl`));
  return found.find((path) => existsSync(path)) ?? null;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // before the first conversation of all
  }
}

// An agent that is killed in its first turn may leave a title, and no message.
const NO_MESSAGE_BYTES = 64 * 1024;
// A longer name is cut there, and ends in a digest.
const MAX_PROJECT_LENGTH = 200;
