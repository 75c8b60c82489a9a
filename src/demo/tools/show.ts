/** A tool's result in an answer: its rows as a table, with a chip for each that has a link. */
import { plain } from '../answers/plain.ts';

type Row = Record<string, unknown>;

/** The first list of objects in the data, or the object itself; empty where there is neither. */
export function rowsIn(data: Row | null): Row[] {
  if (data === null) return [];
  const lists = Object.values(data).filter((value): value is Row[] => Array.isArray(value) && value.every(isRow));
  if (lists[0] !== undefined) return lists[0];
  const inside = Object.values(data).find(isRow);
  return [inside ?? data].filter((row) => Object.values(row).some(isPlain));
}

export function tableOf(rows: readonly Row[]): string {
  const shown = rows.slice(0, MAX_ROWS);
  const columns = [...new Set(shown.flatMap((row) => Object.keys(row)))]
    .filter((name) => shown.some((row) => isPlain(row[name]) && !isLink(row[name])))
    .slice(0, MAX_COLUMNS);
  const lines = shown.map((row) => {
    const link = Object.values(row).find(isLink);
    // The first text is what a row is called by.
    const name = columns.find((column) => typeof row[column] === 'string');
    return columns.map((column) => {
      const text = isPlain(row[column]) ? plain(String(row[column])) : '';
      return column === name && link !== undefined ? `[${text}](${encodeURI(link)})` : text;
    });
  });
  const head = columns.map((name) => plain(name));
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && /^app:\/[^\s()<>]*$/.test(value);
}

const MAX_ROWS = 20;
const MAX_COLUMNS = 6;
