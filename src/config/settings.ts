import type { Config } from './load.ts';

/** The input of every command. */
export interface Settings {
  config: Config;
  env: NodeJS.ProcessEnv;
}
