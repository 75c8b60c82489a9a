/** The skill as text, for an agent that has no skills: it comes before the first message of a conversation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PaliadinError } from '../../../contract/errors.ts';

/**
 * `plugin` is the directory of the plugin with the skill; it is read anew, since its owner may have changed it.
 * @throws PaliadinError `agent_not_ready` if it is not there
 */
export function instructions(plugin: string): string {
  const text = read(join(plugin, 'skills', 'paliadin', 'SKILL.md'));
  return `${INTRODUCTION}\n\n${text.replace(/^---\n.*?\n---\n+/s, '')}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const found = `the instructions for the agent, ${file}, can’t be read; run \`paliadin host add\` again`;
    throw new PaliadinError('agent_not_ready', found, { cause: error });
  }
}

const INTRODUCTION =
  'These are the instructions of the owner of this machine for this whole conversation. They hold for each message that begins with `[PALIADIN:`. Do not answer them; answer the message that follows them.';
