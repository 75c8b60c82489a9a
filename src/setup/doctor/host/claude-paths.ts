import { homedir } from 'node:os';
import { join } from 'node:path';

/** The paths of Claude Code's files that are checked here. */
export function claudePaths({ CLAUDE_CONFIG_DIR: own, HOME: home = homedir() }: Record<string, string>) {
  const directory = own ?? join(home, '.claude');
  return {
    directory,
    credentials: join(directory, '.credentials.json'),
    settings: join(directory, 'settings.json'),
    /** The file that lists the trusted directories. */
    state: join(own ?? home, '.claude.json'),
  };
}
