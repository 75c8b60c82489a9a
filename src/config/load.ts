/** Settings from the environment and `.env`, parsed once. The environment overrides the file. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { readIfExists } from '../process/files.ts';
import { secrets, type Variable, variables } from './variables.ts';

const shape = z.object(variables);
type Values = z.output<typeof shape>;

export interface Config {
  values: Values & { PALIADIN_STATE_DIR: string };
  /** Where each value came from. */
  sources: Record<Variable, 'environment' | '.env' | 'default'>;
  /** The given values, as they were written. */
  given: Partial<Record<Variable, string>>;
}

/** A setting that can't be used. The message names the variable, its value, and the allowed values. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * `directory` may contain a `.env`, and relative paths start there; null: there is no such file.
 *
 * @throws ConfigError for all bad values at once.
 */
export function loadConfig(env: NodeJS.ProcessEnv, directory: string | null): Config {
  const file = directory === null ? {} : readEnvFile(join(directory, '.env'));
  const names = Object.keys(variables) as Variable[];
  const given: Config['given'] = {};
  for (const name of names) {
    const value = set(env[name]) ?? set(file[name]);
    if (value !== undefined) given[name] = value;
  }
  const parsed = shape.safeParse(given);
  const unknown = [...Object.keys(env), ...Object.keys(file)].filter(
    (name) => name.startsWith('PALIADIN_') && !Object.hasOwn(variables, name),
  );
  const complaints = [
    ...(parsed.error?.issues ?? []).map((issue) => complain(String(issue.path[0]), given, issue.message)),
    ...unknown.map((name) => `${name} is not a setting of this version; see docs/configuration.md`),
  ];
  if (!parsed.success || complaints.length > 0) throw new ConfigError(complaints.join('\n'));
  const stateDir = resolve(directory ?? '/', parsed.data.PALIADIN_STATE_DIR ?? defaultStateDir(env));
  return {
    values: { ...parsed.data, PALIADIN_STATE_DIR: stateDir },
    given,
    sources: Object.fromEntries(names.map((name) => [name, sourceOf(name, env, file)])) as Config['sources'],
  };
}

/** The variables of a file; empty if there is no file. @throws ConfigError */
export function readEnvFile(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readIfExists(path) ?? '');
  } catch (error) {
    throw new ConfigError(`${path} can't be read: ${(error as Error).message}`);
  }
}

/** An empty variable counts as unset, as in shells and compose files. */
function set(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

function complain(name: string, given: NodeJS.Dict<string>, message: string): string {
  const value = secrets.has(name) ? 'set' : JSON.stringify(given[name]);
  return `${name} is ${value}: ${message.replace(/^Invalid (input|option): /, '')}`;
}

function sourceOf(name: string, env: NodeJS.ProcessEnv, file: NodeJS.Dict<string>) {
  if (set(env[name]) !== undefined) return 'environment';
  return set(file[name]) === undefined ? 'default' : '.env';
}

function defaultStateDir(env: NodeJS.ProcessEnv): string {
  return join(set(env.XDG_STATE_HOME) ?? join(env.HOME ?? homedir(), '.local', 'state'), 'paliadin');
}
