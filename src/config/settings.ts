import type { Config } from './load.ts';

/** What every command is given. */
export interface Settings {
  config: Config;
  env: NodeJS.ProcessEnv;
}
