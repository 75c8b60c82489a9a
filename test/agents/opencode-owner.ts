/** The owner of a real OpenCode, who knows nobody but the scripted model. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY } from './claude-owner.ts';

/** As its owner would: it asks before it runs commands, and knows its model. */
export function configureOpencode(home: string, shared: string, model: { url: string }): void {
  const directory = join(home, '.config', 'opencode');
  mkdirSync(directory, { recursive: true });
  const provider = { anthropic: { options: { baseURL: `${model.url}/v1`, apiKey: KEY } } };
  const permission = { bash: 'ask', edit: 'ask' };
  const more = { autoupdate: false, share: 'disabled' };
  writeFileSync(join(directory, 'opencode.json'), JSON.stringify({ model: MODEL, provider, permission, ...more }));
  // In the sandbox it has what its owner shares.
  writeFileSync(join(shared, 'opencode.json'), JSON.stringify({ model: MODEL }));
}

const MODEL = 'anthropic/claude-sonnet-4-5';
