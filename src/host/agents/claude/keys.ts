/**
 * Checks the keys that the driver presses, in case the owner has bound them to something else: with another Enter no
 * question is submitted, and with another Escape nothing is stopped. The file is read, never changed.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../read-json.ts';

export interface BoundKeys {
  file: string;
  /** The keys that do something else, by their names here. */
  keys: ('Enter' | 'Escape')[];
}

/** `directory` is where Claude Code keeps its user's settings. Null if both keys do what they should. */
export function keysBound(directory: string): BoundKeys | null {
  const file = join(directory, 'keybindings.json');
  const parsed = keybindings.safeParse(readJson(file));
  // Claude Code ignores what it can't read as well.
  if (!parsed.success) return null;
  const bound = parsed.data.bindings
    .filter(({ context }) => CONTEXTS.has(context))
    .flatMap(({ bindings }) => Object.entries(bindings));
  const keys = NEEDED.filter(({ names, action }) =>
    bound.some(([key, does]) => {
      const [first = '', ...rest] = key.toLowerCase().trim().split(/\s+/);
      // If the key only begins a sequence, Claude Code waits for the next key.
      return names.includes(first) && (rest.length > 0 || does !== action);
    }),
  );
  return keys.length === 0 ? null : { file, keys: keys.map(({ key }) => key) };
}

/** The reason why no question can be submitted, for the owner; null if it can. */
export function enterBound(directory: string): string | null {
  const bound = keysBound(directory);
  if (bound === null || !bound.keys.includes('Enter')) return null;
  return `${bound.file} binds Enter to something else than chat:submit; nothing can be asked`;
}

const NEEDED: { key: BoundKeys['keys'][number]; names: string[]; action: string }[] = [
  { key: 'Enter', names: ['enter', 'return'], action: 'chat:submit' },
  { key: 'Escape', names: ['escape', 'esc'], action: 'chat:cancel' },
];

/** The contexts that contain the input box. */
const CONTEXTS = new Set(['Chat', 'Global']);

const keybindings = z.object({
  bindings: z.array(z.object({ context: z.string(), bindings: z.record(z.string(), z.string().nullable()) })),
});
