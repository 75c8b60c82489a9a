/** What was found, as a table in the documentation; and whether that table says what was found. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type IsolationLevel, isolationLevels } from '../../../src/contract/isolation.ts';
import type { Findings } from './perform.ts';

export interface Row {
  id: string;
  tries: string;
}

/** By level, then by version of the agent, oldest first. */
export type Results = Map<IsolationLevel, Map<string, Findings>>;

/** @throws where not everything was tried. */
export function writeTable(rows: Row[], results: Results): void {
  const lines = rows.map(({ id, tries }) => {
    const cells = isolationLevels.map((level) => cellOf([...(results.get(level) ?? [])], id));
    return `| ${[tries, ...cells].join(' | ')} |`;
  });
  const head = [`| attack | ${isolationLevels.join(' | ')} |`, `|---|${isolationLevels.map(() => '---|').join('')}`];
  const { before, after } = parts();
  writeFileSync(FILE, [before, ...head, ...lines, after].join('\n'));
}

/** What the table says of an attack at a level, for a version of the agent; null where it has no such row. */
export function tableSays(tries: string, level: IsolationLevel, version: string): boolean | null {
  const row = parts()
    .table.map((line) => line.slice(2, -2).split(' | '))
    .find(([first]) => first === tries);
  const cell = row?.[1 + isolationLevels.indexOf(level)];
  if (cell === undefined) return null;
  return cell === HELD || (cell.startsWith(`${NOT_HELD} in `) && !cell.slice(NOT_HELD.length).includes(version));
}

/** The attacks of the table, in its order. */
export function tableRows(): string[] {
  return parts()
    .table.slice(2)
    .map((line) => line.slice(2).split(' | ')[0] ?? '');
}

function cellOf(found: [version: string, findings: Findings][], id: string): string {
  if (found.length === 0) throw new Error('the table is written from all levels and versions; try them all');
  const broken = found.filter(([, findings]) => {
    const held = findings.get(id);
    if (held === undefined) throw new Error(`${id} was not tried`);
    return !held;
  });
  if (broken.length === 0) return HELD;
  return broken.length === found.length ? NOT_HELD : `${NOT_HELD} in ${broken.map(([version]) => version).join(', ')}`;
}

function parts(): { before: string; table: string[]; after: string } {
  const text = readFileSync(FILE, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${FILE} has not the lines ${BEGIN} and ${END}`);
  const table = text.slice(from + BEGIN.length, to).trim();
  return { before: text.slice(0, from + BEGIN.length), table: table.split('\n'), after: text.slice(to) };
}

const FILE = fileURLToPath(new URL('../../../docs/isolation.md', import.meta.url));
const BEGIN = '<!-- attacks:begin -->';
const END = '<!-- attacks:end -->';
const HELD = 'held';
const NOT_HELD = '**not held**';
