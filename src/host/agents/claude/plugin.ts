/**
 * The plugin through which Claude Code's hooks call us. It is given on the command line; the owner's settings stay
 * unchanged.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOOK_PATH } from '../../relay/hooks.ts';

/** Environment variable of the pane with the bearer token that its hooks send. */
export const TOKEN_VARIABLE = 'PALIADIN_HOOK_TOKEN';

export function hookUrl(port: number): string {
  return `http://127.0.0.1:${port}${HOOK_PATH}`;
}

/** The version in the output of `claude --version`; null if the output is something else. */
export function parseVersion(printed: string): string | null {
  return /\b\d+\.\d+\.\d+\b/.exec(printed)?.[0] ?? null;
}

/**
 * The wanted hooks that this version has: with an unknown name it would refuse them all. A version newer than any
 * tested one has all of them. Null if it has no hook that reports the text of an answer.
 */
export function hookNames(version: string): string[] | null {
  const names = HOOKS.filter(([, since]) => isAtLeast(version, since)).map(([name]) => name);
  return names.includes('MessageDisplay') ? names : null;
}

/** Whether `printed`, from `claude --version`, names a version newer than any tested one. */
export function isUntried(printed: string): boolean {
  const version = parseVersion(printed);
  return version === null || !isAtLeast(NEWEST_TRIED, version);
}

/** Writes the plugin's directory. */
export function writeHookPlugin(directory: string, { names, port }: { names: string[]; port: number }): void {
  for (const inner of ['.claude-plugin', 'hooks']) mkdirSync(join(directory, inner), { recursive: true, mode: 0o700 });
  const about = { name: 'paliadin-hooks', version: '1.0.0', description: 'Tells Paliadin how an answer comes along.' };
  writeFileSync(join(directory, '.claude-plugin', 'plugin.json'), JSON.stringify(about));
  const hooks = Object.fromEntries(names.map((name) => [name, [{ hooks: [hook(name, port)] }]]));
  writeFileSync(join(directory, 'hooks', 'hooks.json'), JSON.stringify({ hooks }));
}

function hook(name: string, port: number) {
  return {
    type: 'http',
    url: hookUrl(port),
    headers: { Authorization: `Bearer $${TOKEN_VARIABLE}` },
    allowedEnvVars: [TOKEN_VARIABLE],
    // In seconds. A person may take all day; nothing else may delay the agent.
    timeout: ASKING.has(name) ? 86_400 : 5,
  };
}

function isAtLeast(version: string, wanted: string): boolean {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0;
}

const ASKING = new Set(['PermissionRequest', 'Elicitation']);

const NEWEST_TRIED = '2.1.332';

/** Each with the version that introduced it. */
const HOOKS: [string, string][] = [
  ['UserPromptSubmit', '2.0.0'],
  ['PreToolUse', '2.0.0'],
  ['PostToolUse', '2.0.0'],
  ['PostToolUseFailure', '2.1.0'],
  ['PermissionRequest', '2.1.0'],
  ['SubagentStop', '2.0.0'],
  ['SessionEnd', '2.0.0'],
  ['Elicitation', '2.1.76'],
  ['PreCompact', '2.0.0'],
  ['PostCompact', '2.1.76'],
  ['Stop', '2.0.0'],
  ['StopFailure', '2.1.78'],
  ['MessageDisplay', '2.1.152'],
];
