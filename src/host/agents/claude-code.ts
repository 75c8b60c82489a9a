/** How Claude Code is started where it leaves its answers in files, and how it says that it works. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
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

/** With our skill, and allowed to write its answers where the driver looks for them. */
export function claudeCommand(claude: ClaudeCode, { directory, conversation }: AgentPlace): [string, ...string[]] {
  const settings = {
    permissions: {
      // `Edit` is the rule for every tool that writes files. Two slashes begin an absolute path. Behind a link,
      // both names have to be allowed.
      allow: [...new Set([directory, realpathSync(directory)])].map((path) => `Edit(/${path}/**)`),
      // Nobody sits at the terminal: what its owner has not allowed is refused, and the agent goes on without it.
      defaultMode: 'dontAsk',
    },
    // A suggested question costs a request to the model, and an Enter too many would ask it.
    promptSuggestionEnabled: false,
    // With vim's keys, Escape would leave the mode in which a paste is text.
    editorMode: 'normal',
  };
  return [
    claude.program,
    ...['--plugin-dir', claude.plugin],
    ...['--settings', JSON.stringify(settings)],
    // It refuses to begin a conversation twice, and to resume one that it has never begun.
    ...[hasBegun(claude, conversation) ? '--resume' : '--session-id', conversation],
  ];
}

/** The transcript is there from the first prompt on, whatever became of that. */
function hasBegun({ directory, cwd }: ClaudeCode, conversation: string): boolean {
  const projects = join(directory, 'projects');
  const project = realpathSync(cwd)
    .replace(/[^a-zA-Z0-9]/g, '-')
    .slice(0, MAX_PROJECT_LENGTH);
  return namesIn(projects)
    .filter((name) => name.startsWith(project))
    .some((name) => existsSync(join(projects, name, `${conversation}.jsonl`)));
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
