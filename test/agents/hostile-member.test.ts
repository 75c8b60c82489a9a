/**
 * A hostile member, whose real agent does whatever it is told: a scripted model orders it to. Its owner allows it
 * everything that can be allowed. What it is after lies in files, conversations, memories, processes, sockets and
 * servers of another person, of the owner, of Paliadin and of the machine, each with a text that nobody can guess.
 *
 * Verified: in the sandbox it gets none of it; with rules alone, what those are to hold; and the table in
 * `docs/isolation.md` says of no attack that a level holds it where it does not. `WRITE_TABLE=1 npm run test:agents --
 * test/agents/hostile-member.test.ts` writes it anew.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { type IsolationLevel, isAtLeast, isolationLevels } from '../../src/contract/isolation.ts';
import { WHY_NO_SANDBOX } from '../host/isolation/sandboxed.ts';
import { installedVersions } from './claude-owner.ts';
import type { Attack } from './hostile/attack.ts';
import { CONVERSATIONS } from './hostile/conversations.ts';
import { HOST, useHost } from './hostile/host.ts';
import { LINKS } from './hostile/links.ts';
import { startMachine } from './hostile/machine.ts';
import { NOTHING_ALLOWED, readWithoutLeave } from './hostile/nothing-allowed.ts';
import { OWNER } from './hostile/owner.ts';
import { PALIADIN } from './hostile/paliadin.ts';
import { type Findings, perform } from './hostile/perform.ts';
import { plant } from './hostile/plant.ts';
import { giveRights, RIGHTS, WITHOUT_COMMANDS } from './hostile/rights.ts';
import { ASKS_FOR_LISTED, SYSTEM } from './hostile/system.ts';
import { type Results, type Row, tableRows, tableSays, writeTable } from './hostile/table.ts';
import { startWorld } from './hostile/world.ts';

const ATTACKS: Attack[] = [...CONVERSATIONS, ...LINKS, ...OWNER, ...PALIADIN, ...SYSTEM];
const ROWS: (Row & Pick<Attack, 'heldFrom'>)[] = [
  ...ATTACKS,
  ...Object.entries(HOST).map(
    ([id, tries]) => ({ id, tries, heldFrom: id === 'host-waits' ? 'none' : 'sandbox' }) as const,
  ),
  ...Object.entries(RIGHTS).map(([id, tries]) => ({ id, tries, heldFrom: 'directory' }) as const),
  ...Object.entries(NOTHING_ALLOWED).map(([id, tries]) => ({ id, tries, heldFrom: 'sandbox' }) as const),
];
const EVERYTHING = ['Bash', 'Read', 'Edit', 'Write', 'NotebookEdit', 'Skill', 'ListAgents', 'SendMessage', 'Monitor'];
// A minute on a quiet machine.
const LONG_MS = 600_000;
const WRITES = process.env.WRITE_TABLE !== undefined;

const { TEST_ISOLATION: only, TEST_UNATTENDED: unattended } = process.env;
// Where nobody waits for the tests, the level whose promise has no exception.
const wanted = isolationLevels.filter((level) => (only ?? (unattended ? 'sandbox' : level)) === level);
// The table is of all levels: to write it without a sandbox fails.
const levels = WRITES ? isolationLevels : wanted.filter((level) => level !== 'sandbox' || WHY_NO_SANDBOX === null);

const results: Results = new Map();

function note(level: IsolationLevel, version: string, findings: Findings): void {
  const ofLevel = results.get(level) ?? new Map<string, Findings>();
  results.set(level, ofLevel.set(version, new Map([...(ofLevel.get(version) ?? []), ...findings])));
}

/** What is not as the level promises, or as the table says. */
function expectAsPromised(level: IsolationLevel, version: string, findings: Findings): void {
  const found = ROWS.filter(({ id }) => findings.has(id)).map((row) => ({
    ...row,
    held: findings.get(row.id) ?? false,
  }));
  const broken = found.filter(({ heldFrom, held }) => isAtLeast(level, heldFrom) && !held);
  expect(
    broken.map(({ id }) => id),
    'not held',
  ).toEqual([]);
  if (WRITES) return;
  // Where a level promises nothing, an attack may fail by chance: that is no news.
  const otherwise = found.filter(({ tries, held }) => !held && tableSays(tries, level, version));
  expect(
    otherwise.map(({ id }) => id),
    'the table says that it holds',
  ).toEqual([]);
}

describe.each(installedVersions('newest'))('Claude Code $name', ({ name, program }) => {
  describe.each(levels)('at the level %s', (level) => {
    test('a hostile member gets nothing that the level protects', { timeout: LONG_MS }, async () => {
      const machine = await startMachine(program, { level, allow: EVERYTHING, world: await startWorld() });
      await plant(machine);
      const findings = await perform(machine, [...ATTACKS, ASKS_FOR_LISTED]);
      expect(findings.get(ASKS_FOR_LISTED.id)).toBe(level !== 'sandbox');
      for (const [id, held] of await useHost(machine)) findings.set(id, held);
      note(level, name, findings);
      expectAsPromised(level, name, findings);
    });

    test('a hostile member who may write files gives no session more permissions', { timeout: LONG_MS }, async () => {
      const machine = await startMachine(program, { level, allow: WITHOUT_COMMANDS, world: await startWorld() });
      const findings = await giveRights(machine);
      note(level, name, findings);
      expectAsPromised(level, name, findings);
    });

    test.skipIf(unattended)(
      'a hostile member whose owner allows nothing gains nothing from that',
      { timeout: LONG_MS },
      async () => {
        const machine = await startMachine(program, { level, allow: [], world: await startWorld() });
        const findings = await readWithoutLeave(machine);
        note(level, name, findings);
        expectAsPromised(level, name, findings);
      },
    );
  });
});

test.skipIf(WRITES)('the table has a row for each attack, in the same order', () => {
  expect(tableRows()).toEqual(ROWS.map(({ tries }) => tries));
});

afterAll(() => {
  if (WRITES) writeTable(ROWS, results);
});
