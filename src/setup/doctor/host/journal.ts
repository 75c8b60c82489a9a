/** Whether the host's journal can be read. */
import { join } from 'node:path';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import { openJournal } from '../../../host/journal.ts';
import { checksOf } from '../checks.ts';

/** No check if all of it can be read. */
export async function examineJournal({ config }: ShimSettings): Promise<Check[]> {
  const directory = join(config.values.PALIADIN_STATE_DIR, 'host', 'sessions');
  const found = await openJournal(directory).unreadable();
  if (found.length === 0) return [];
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return [failed('journal', `can't read ${found.slice(0, SHOWN).join(', ')}${more} in ${directory}`, REMEDY)];
}

const SHOWN = 5;
const REMEDY = '"Start over" in the chat mends a session; move away what is left';
const { failed } = checksOf('host');
