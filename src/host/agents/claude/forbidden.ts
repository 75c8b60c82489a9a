/** Whether somebody has forbidden Claude Code the hooks that its driver lives on. Files are read, never changed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hookNames, hookUrl, parseVersion, TOKEN_VARIABLE } from './plugin.ts';

export interface ClaudeFacts {
  /** What `claude --version` prints. */
  version: string;
  /** Where it keeps its user's settings: `~/.claude`; null where it has none. */
  directory: string | null;
  /** Where it works, or what is shared with where it works. */
  cwd: string;
  /** Where administrators put settings that nobody can overrule. */
  managed: string;
  /** Where hooks would call; null while that is not known. */
  port: number | null;
}

/** Why its hooks can't be used, for the owner; null where they can. */
export function hooksForbidden({ version, directory, cwd, managed, port }: ClaudeFacts): string | null {
  const number = parseVersion(version);
  if (number !== null && hookNames(number) === null)
    return `Claude Code ${number} is older than its hooks for text; update it`;
  const policies = [join(managed, 'managed-settings.json'), ...jsonFilesIn(join(managed, 'managed-settings.d'))];
  const own = [...(directory === null ? [] : [directory]), join(cwd, '.claude')].flatMap((where) =>
    SETTINGS.map((name) => join(where, name)),
  );
  for (const file of policies) {
    if (read(file)?.allowManagedHooksOnly === true) return `${file} allows managed hooks only`;
  }
  for (const file of [...policies, ...own]) {
    if (read(file)?.disableAllHooks === true) return `${file} has disableAllHooks`;
  }
  const files = [...policies, ...own];
  const urls = port === null ? null : listed(files, 'allowedHttpHookUrls');
  if (port !== null && urls !== null && !urls.entries.some((pattern) => matches(pattern, hookUrl(port)))) {
    return `${urls.file} has allowedHttpHookUrls without ${hookUrl(port).replace(String(port), '*')}`;
  }
  const variables = listed(files, 'httpHookAllowedEnvVars');
  if (variables !== null && !variables.entries.includes(TOKEN_VARIABLE)) {
    return `${variables.file} has httpHookAllowedEnvVars without ${TOKEN_VARIABLE}`;
  }
  return null;
}

/** Where they are on this system. */
export function managedSettings(platform: NodeJS.Platform): string {
  return platform === 'darwin' ? '/Library/Application Support/ClaudeCode' : '/etc/claude-code';
}

/** The entries of a list over all files, and the first that has it; null where none has. */
function listed(files: string[], name: string): { file: string; entries: string[] } | null {
  const found = files.flatMap((file) => {
    const list = read(file)?.[name];
    return Array.isArray(list) ? [{ file, entries: list.filter((entry) => typeof entry === 'string') }] : [];
  });
  const [first] = found;
  return first === undefined ? null : { file: first.file, entries: found.flatMap(({ entries }) => entries) };
}

/** `*` stands for anything. */
function matches(pattern: string, url: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(url);
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

function read(file: string): Record<string, unknown> | null {
  try {
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    return typeof settings === 'object' ? settings : null;
  } catch {
    return null; // not there, or broken: then Claude Code itself says so in a dialog
  }
}

const SETTINGS = ['settings.json', 'settings.local.json'];
