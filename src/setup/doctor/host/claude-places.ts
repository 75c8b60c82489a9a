import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Claude Code keeps what is looked at here. */
export function claudePlaces({ CLAUDE_CONFIG_DIR: own, HOME: home = homedir() }: Record<string, string>) {
  const directory = own ?? join(home, '.claude');
  return {
    directory,
    credentials: join(directory, '.credentials.json'),
    settings: join(directory, 'settings.json'),
    /** Which directories are trusted. */
    state: join(own ?? home, '.claude.json'),
  };
}
