/** How Claude Code is started, where it keeps its conversations, and how it says that it works. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
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
  };
  return [
    claude.program,
    ...[claude.plugin, ...(options.plugins ?? [])].flatMap((plugin) => ['--plugin-dir', plugin]),
    ...['--settings', JSON.stringify(settings)],
    // It refuses to begin a conversation twice, and to resume one that it has never begun.
    ...[keepsConversation(claude, conversation) ? '--resume' : '--session-id', conversation],
  ];
}

/** It resumes by the transcript, in the directory where that began; one that is empty it refuses. */
export function keepsConversation(claude: ClaudeCode, conversation: string): boolean {
  const path = transcriptOf(claude, conversation);
  return path !== null && statSync(path, { throwIfNoEntry: false })?.size !== 0;
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

// A longer name is cut there, and ends in a digest.
const MAX_PROJECT_LENGTH = 200;
