/** The settings files that Claude Code reads: its owner's, its working directory's, and the administrators'. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface SettingsPaths {
  /** Where it keeps its user's settings: `~/.claude`; null if it has none. */
  directory: string | null;
  /** Where it works, or the directory that is shared with its workspace. */
  cwd: string;
  /** Where administrators put settings that nobody can override. */
  managed: string;
}

/** Some of them may not exist; Claude Code itself reports a broken one in a dialog. */
export function settingsFiles({ directory, cwd, managed }: SettingsPaths): { policies: string[]; own: string[] } {
  return {
    policies: [join(managed, 'managed-settings.json'), ...jsonFilesIn(join(managed, 'managed-settings.d'))],
    own: [...(directory === null ? [] : [directory]), join(cwd, '.claude')].flatMap((where) =>
      SETTINGS.map((name) => join(where, name)),
    ),
  };
}

/** The directory of administrators' settings on this system. */
export function managedSettings(platform: NodeJS.Platform): string {
  return platform === 'darwin' ? '/Library/Application Support/ClaudeCode' : '/etc/claude-code';
}

function jsonFilesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(directory, name));
  } catch {
    return []; // as on nearly every machine
  }
}

const SETTINGS = ['settings.json', 'settings.local.json'];
