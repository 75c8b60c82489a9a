/** Files that replace those of the machine or of the owner in the sandbox. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNERS } from './workspace.ts';

/** Files for programs that ask who the user is and how names are resolved. None of their content is the machine's. */
export function machineFiles(directory: string): [string, string][] {
  const etc = join(directory, 'etc');
  mkdirSync(etc, { recursive: true, mode: 0o700 });
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const files = {
    passwd: `agent:x:${uid}:${gid}:agent:/:/bin/sh\n`,
    group: `agent:x:${gid}:\n`,
    hosts: '127.0.0.1 localhost\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  };
  return Object.entries(files).map(([name, text]) => [write(join(etc, name), text), join('/etc', name)]);
}

/** Replaces missing files of the owner in a workspace, so that no agent can give itself rules. */
export function noSettings(directory: string): Partial<Record<string, string>> {
  const settings = join(directory, 'no-settings');
  mkdirSync(settings, { recursive: true, mode: 0o700 });
  const none: Partial<Record<string, string>> = {
    '.claude': settings,
    '.mcp.json': write(join(directory, 'no-servers.json'), '{"mcpServers":{}}\n'),
  };
  return Object.fromEntries(Object.entries(none).filter(([name]) => OWNERS.has(name)));
}

function write(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
