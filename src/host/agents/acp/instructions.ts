/** The skill as text, for an agent that has no skills: it comes before the first message of a conversation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `plugin` is the directory of the plugin with the skill; it is read anew, since its owner may have changed it. */
export function instructions(plugin: string): string {
  const text = readFileSync(join(plugin, 'skills', 'paliadin', 'SKILL.md'), 'utf8');
  return `${INTRODUCTION}\n\n${text.replace(/^---\n.*?\n---\n+/s, '')}`;
}

const INTRODUCTION =
  'These are the instructions of the owner of this machine for this whole conversation. They hold for each message that begins with `[PALIADIN:`. Do not answer them; answer the message that follows them.';
