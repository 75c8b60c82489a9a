/**
 * Whether a hook of the owner's is called when Claude Code is about to stop: such a hook may make it continue. If there
 * is none, the end of an answer waits for nothing.
 */
import { join } from 'node:path';
import { readJson } from '../../read-json.ts';
import { type SettingsPaths, settingsFiles } from './settings-files.ts';

export function hasStopHooks(paths: SettingsPaths): boolean {
  const { policies, own } = settingsFiles(paths);
  const settings = [...policies, ...own].map((file) => readJson(file));
  return settings.some(hearsOfStops) || pluginsOf(paths, settings).some((path) => hearsOfStops(hooksOf(path)));
}

function hearsOfStops(settings: Record<string, unknown> | null): boolean {
  const { Stop: hooks } = recordOf(settings?.hooks);
  return Array.isArray(hooks) && hooks.length > 0;
}

/** Directories of the plugins that some settings have enabled. */
function pluginsOf({ directory }: SettingsPaths, settings: (Record<string, unknown> | null)[]): string[] {
  if (directory === null) return [];
  const enabled = settings.flatMap((one) =>
    Object.entries(recordOf(one?.enabledPlugins)).flatMap(([name, isOn]) => (isOn === true ? [name] : [])),
  );
  if (enabled.length === 0) return [];
  const installed = recordOf(readJson(join(directory, 'plugins', 'installed_plugins.json'))?.plugins);
  // One for each scope in which it is installed; an older file has only one.
  return enabled
    .flatMap((name) => installed[name] ?? [])
    .flatMap((one) => {
      const { installPath } = recordOf(one);
      return typeof installPath === 'string' ? [installPath] : [];
    });
}

function hooksOf(plugin: string): Record<string, unknown> | null {
  return readJson(join(plugin, 'hooks', 'hooks.json'));
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
