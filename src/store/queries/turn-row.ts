/** Converts a turn to its table row and back. */
import type { Selectable, Updateable } from 'kysely';
import type { Turn, TurnChange } from '../../contract/records/turn.ts';
import type { Schema } from './schema.ts';

export function fromRow(row: Selectable<Schema['turns']>): Turn {
  const { seq, auditSalt, stopRequestedAt, ...turn } = row;
  return {
    ...turn,
    attachments: JSON.parse(row.attachments),
    usedTools: JSON.parse(row.usedTools),
    tools: row.tools === null ? null : JSON.parse(row.tools),
    notices: JSON.parse(row.notices),
    feedback: row.feedback === null ? null : JSON.parse(row.feedback),
    tokensExact: row.tokensExact !== 0,
    trailerMalformed: row.trailerMalformed !== 0,
    late: row.late !== 0,
    settled: row.settled !== 0,
  };
}

export function toRow(change: TurnChange): Updateable<Schema['turns']> {
  const row: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(change)) {
    if (value !== undefined) row[name] = toColumn(value);
  }
  return row;
}

function toColumn(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
