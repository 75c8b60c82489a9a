/**
 * Copies a store's file into an empty PostgreSQL database in bulk: a million turns in minutes instead of hours, because
 * nothing is verified on the way, and the index of words is built at the end. Only for measurements.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { openPostgresStore } from '../../src/store/postgres/open.ts';
import { tokensOf } from '../../src/store/words.ts';

/** A row comes after those that it refers to. */
const TABLES = [
  'users',
  'agent_sessions',
  'hosts',
  'turns',
  'turn_events',
  'audit_log',
  'audit_head',
  'turn_hours',
  'counters',
];

export async function copyPast(file: string, url: string): Promise<void> {
  await (await openPostgresStore(url)).close();
  const from = new DatabaseSync(file, { readOnly: true });
  const psql = spawn('psql', ['-q', '-X', '-v', 'ON_ERROR_STOP=1', url], { stdio: ['pipe', 'ignore', 'inherit'] });
  psql.stdin.on('error', () => {}); // it has ended, and said why
  const ended = once(psql, 'exit');
  const write = async (text: string) => {
    if (!psql.stdin.write(text)) await Promise.race([once(psql.stdin, 'drain'), ended]);
  };
  await write('begin; delete from audit_head; delete from counters; drop index turn_text_words;\n');
  await write(`${TABLES.map((table) => `alter table ${table} disable trigger all;`).join(' ')}\n`);
  for (const table of TABLES) await copyTable(from, table, write);
  await copyWords(from, write);
  const counted: unknown[] = from.prepare('select name, seq from sqlite_sequence where seq > 0').all();
  for (const { name, seq } of counted as { name: string; seq: number }[]) {
    const column = name === 'turns' ? 'seq' : 'id';
    await write(`select setval(pg_get_serial_sequence('${name}', '${column}'), ${seq});\n`);
  }
  await write(`${TABLES.map((table) => `alter table ${table} enable trigger all;`).join(' ')}\n`);
  await write("set maintenance_work_mem = '512MB';\n");
  await write('create index turn_text_words on turn_text using gin (words) with (fastupdate = off); commit;\n');
  psql.stdin.end();
  const [code] = await ended;
  from.close();
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}

type Write = (text: string) => Promise<void>;

async function copyTable(from: DatabaseSync, table: string, write: Write): Promise<void> {
  const columns = (from.prepare(`select name from pragma_table_info('${table}')`).all() as { name: string }[]).map(
    ({ name }) => name,
  );
  const rows = from.prepare(`select * from ${table} order by rowid`).iterate() as Iterable<Record<string, unknown>>;
  await copyRows(write, `${table} (${columns.map((column) => `"${column}"`).join(', ')})`, rows, (row) =>
    columns.map((column) => row[column]),
  );
}

async function copyWords(from: DatabaseSync, write: Write): Promise<void> {
  const turns = from.prepare('select seq, message, response from turns order by seq').iterate();
  await copyRows(write, 'turn_text (rowid, words, text)', turns as Iterable<Said>, ({ seq, message, response }) => {
    const [asked, answered] = [tokensOf(message), tokensOf(response)];
    const words = [...new Set([...asked, ...answered])].map((word) => `'${word}'`).join(' ');
    return [seq, words, [asked, answered].map((tokens) => ` ${tokens.join(' ')} `).join('\n')];
  });
}

interface Said {
  seq: number;
  message: string;
  response: string;
}

async function copyRows<T>(
  write: Write,
  into: string,
  rows: Iterable<T>,
  values: (row: T) => unknown[],
): Promise<void> {
  let text = `copy ${into} from stdin;\n`;
  for (const row of rows) {
    text += `${values(row).map(escaped).join('\t')}\n`;
    if (text.length < AT_ONCE) continue;
    await write(text);
    text = '';
  }
  await write(`${text}\\.\n`);
}

/** As PostgreSQL's COPY wants it. */
function escaped(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  return String(value).replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] as string);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const AT_ONCE = 256 * 1024;
