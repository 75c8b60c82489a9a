/** Whether somebody has forbidden Claude Code the hooks that its driver lives on. Files are read, never changed. */

import { readJson } from '../../read-json.ts';
import { hookNames, hookUrl, parseVersion, TOKEN_VARIABLE } from './plugin.ts';
import { type SettingsPlaces, settingsFiles } from './settings-files.ts';

export interface ClaudeFacts extends SettingsPlaces {
  /** What `claude --version` prints. */
  version: string;
  /** Where hooks would call; null while that is not known. */
  port: number | null;
}

/** Why its hooks can't be used, for the owner; null where they can. */
export function hooksForbidden({ version, port, ...places }: ClaudeFacts): string | null {
  const number = parseVersion(version);
  if (number !== null && hookNames(number) === null)
    return `Claude Code ${number} is older than its hooks for text; update it`;
  const { policies, own } = settingsFiles(places);
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

/** The entries of a list over all files, and the first that has it; null where none has. */
function listed(files: string[], name: string): { file: string; entries: string[] } | null {
  const found = files.flatMap((file) => {
    const list = readJson(file)?.[name];
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
