/** What doctor reports about a host's journal. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { examineJournal } from '../../../src/setup/doctor/host/journal.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

test('an unreadable session is named with its remedy; a readable journal gets no line', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const settings = { config: loadConfig({ PALIADIN_STATE_DIR: path }, path), env: {} };
  expect(await examineJournal(settings as Parameters<typeof examineJournal>[0])).toEqual([]);
  const session = join(path, 'host', 'sessions', 'paliadin-00c0ffee');
  await mkdir(session, { recursive: true });
  await writeFile(join(session, 'session.json'), '\0\0');
  expect(await examineJournal(settings as Parameters<typeof examineJournal>[0])).toEqual([
    expect.objectContaining({
      step: 'journal',
      ok: false,
      remedy: expect.stringContaining('Start over'),
      found: expect.stringContaining("can't read paliadin-00c0ffee in "),
    }),
  ]);
});
