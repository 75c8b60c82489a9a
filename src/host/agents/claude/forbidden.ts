/** Whether settings forbid the hooks of Claude Code that its driver needs. Files are read, never changed. */

import { readJson } from '../../read-json.ts';
import { hookNames, hookUrl, parseVersion, TOKEN_VARIABLE } from './plugin.ts';
import { type SettingsPaths, settingsFiles } from './settings-files.ts';

export interface ClaudeFacts extends SettingsPaths {
  /** What `claude --version` prints. */
  version: string;
  /** The port that hooks call; null while it is unknown. */
  port: number | null;
}

/** The reason why its hooks can't be used, for the owner; null if they can. */
export function hooksForbidden({ version, port, ...paths }: ClaudeFacts): string | null {
  const number = parseVersion(version);
  if (number !== null && hookNames(number) === null)
    return `Claude Code ${number} is older than its hooks for text; update it`;
  const { policies, own } = settingsFiles(paths);
  for (const file of policies) {
    if (readJson(file)?.allowManagedHooksOnly === true) return `${file} allows managed hooks only`;
  }
  for (const file of [...policies, ...own]) {
    if (readJson(file)?.disableAllHooks === true) return `${file} has disableAllHooks`;
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

/** The entries of a list over all files, and the first file that has it; null if none has. */
function listed(files: string[], name: string): { file: string; entries: string[] } | null {
  const found = files.flatMap((file) => {
    const list = readJson(file)?.[name];
    return Array.isArray(list) ? [{ file, entries: list.filter((entry) => typeof entry === 'string') }] : [];
  });
  const [first] = found;
  return first === undefined ? null : { file: first.file, entries: found.flatMap(({ entries }) => entries) };
}

/** `*` matches anything. */
function matches(pattern: string, url: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(url);
}
