/** Whether the agent would find instructions for answering, and the identity to answer with. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../../../contract/check.ts';
import { isPlaceholder, SKILL_FILE, splitPersona } from '../../persona.ts';
import { checksOf } from '../checks.ts';

/** `plugin` is the plugin's directory. */
export function examineSkill(plugin: string): Check {
  const file = join(plugin, SKILL_FILE);
  if (!existsSync(file) || !existsSync(join(plugin, '.claude-plugin', 'plugin.json'))) {
    return failed('skill', `the skill is not whole: ${plugin}`, 'run `paliadin host add` again');
  }
  const { persona } = splitPersona(readFileSync(file, 'utf8'));
  if (!isPlaceholder(persona)) return passed('skill', file);
  return passed('skill', file, `its section "Who you are" still is the placeholder: say there who answers, for what`);
}

const { passed, failed } = checksOf('host');
