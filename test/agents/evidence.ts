/** What a failed test leaves for analysis: the screens, the hook calls, the journal and the transcripts. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Called after everything that a test starts: what is registered last is run first, while all of it is still there. */
export function keepEvidence(where: { host: string; home: string; more?: () => unknown }): void {
  onTestFinished(({ task }) => {
    if (task.result?.state !== 'fail') return;
    const parts = [
      ...screens(join(where.host, 'tmux')),
      ...files(join(where.host, 'sessions'), /\.jsonl?$/),
      ...files(join(where.home, '.claude', 'projects'), /\.jsonl$/),
      ...files(join(where.host, '..', 'homes'), /\.jsonl$/),
      ['more', JSON.stringify(where.more?.(), asText)],
    ];
    console.error(parts.map(([name, text = '']) => `── ${name}\n${shortened(text)}`).join('\n'));
  });
}

function screens(directory: string): string[][] {
  return namesIn(directory).map((name) => {
    const args = ['-S', join(directory, name), 'capture-pane', '-p', '-S', '-200'];
    return [`screen ${name}`, spawnSync('tmux', args, { encoding: 'utf8' }).stdout.trimEnd()];
  });
}

function files(directory: string, wanted: RegExp): string[][] {
  return namesIn(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return files(path, wanted);
    return wanted.test(name) ? [[path, readFileSync(path, 'utf8')]] : [];
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // nothing had been started
  }
}

function asText(_name: string, value: unknown): unknown {
  return value instanceof Error ? `${value.stack}` : value;
}

/** Of a long line its beginning says what it is; of a long file its end says what was going on. */
function shortened(text: string): string {
  return text.replace(/^(.{600}).*$/gm, '$1…').slice(-8_000);
}
