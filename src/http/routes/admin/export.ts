import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { auditExportQuery, turnsExportQuery } from '../../../contract/admin.ts';
import { escapeInFile } from '../../../contract/escape.ts';
import type { AuditRow as StoredRow } from '../../../contract/records/audit-log.ts';
import type { Turn } from '../../../contract/records/turn.ts';
import { eachTurn, PAGE, pages } from '../../../store/pages.ts';
import { userOf } from '../../authenticate.ts';
import { BOM, type Cell, csvLine } from '../../csv.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { rowOf } from './audit.ts';
import { people } from './people.ts';
import type { Readings } from './readings.ts';
import { lineOf } from './turns.ts';

export function exportRoutes(app: App, { store }: Pick<ServerOptions, 'store'>, onRecord: Readings): void {
  app.get(
    '/api/admin/turns/export',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Turns as a file, with what was said',
        querystring: turnsExportQuery,
        response: responses({ 200: file }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const { format, ...filter } = request.query;
      const actor = userOf(request).id;
      await onRecord({ actor, action: 'read.turns', subject: filter.userId ?? null, detail: { exported: format } });
      const nameOf = await people(store);
      const rows = eachTurn(store.turns, filter);
      return send(reply, { name: 'turns', format, head: TURN_HEAD, rows }, (turn: Turn) => {
        const { user, firstTextMs, rating, ...line } = lineOf(turn, nameOf);
        const { message, response, pageOrigin, inputTokens, errorDetail, feedback } = turn;
        const all = {
          ...line,
          user: user.name,
          userId: user.id,
          firstTextMs,
          rating,
          comment: feedback?.comment ?? '',
        };
        return { ...all, pageOrigin, inputTokens, errorDetail, message, response, usedTools: turn.usedTools.join(' ') };
      });
    },
  );

  app.get(
    '/api/admin/audit/export',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'The audit log as a file',
        querystring: auditExportQuery,
        response: responses({ 200: file }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const { format, ...filter } = request.query;
      const actor = userOf(request).id;
      await onRecord({ actor, action: 'read.audit', detail: { exported: format } });
      const nameOf = await people(store);
      const rows = pages((before: number | undefined) => store.audit.list({ ...filter, before, limit: PAGE }), {
        next: ({ seq }) => seq,
      });
      return send(reply, { name: 'audit', format, head: AUDIT_HEAD, rows }, (stored: StoredRow) => {
        const { actor, subject, detail, ...row } = rowOf(stored, nameOf);
        return {
          ...row,
          ...{
            actor: actor.name || actor.id,
            actorId: actor.id,
            subject: subject?.name ?? '',
            subjectId: subject?.id ?? '',
          },
          ...{ detail: JSON.stringify(detail), previous: stored.previous },
        };
      });
    },
  );
}

const file = {
  description: 'A file, newest first',
  content: { 'text/csv': { schema: z.string() }, 'application/json': { schema: z.array(z.looseObject({})) } },
};

const TURN_HEAD = [
  ...[
    'turnId',
    'startedAt',
    'user',
    'userId',
    'status',
    'late',
    'errorCode',
    'errorDetail',
    'durationMs',
    'firstTextMs',
  ],
  ...['usedTools', 'classifierTag', 'inputTokens', 'responseTokens', 'tokensExact', 'rating', 'comment', 'pageOrigin'],
  ...['agentSession', 'generation', 'host', 'finishedAt', 'message', 'response'],
] as const;

const AUDIT_HEAD = [
  ...['seq', 'at', 'action', 'actor', 'actorId', 'subject', 'subjectId', 'turnId', 'detail', 'contentHash'],
  ...['previous', 'hash'],
] as const;

interface File<T> {
  name: string;
  format: 'csv' | 'json';
  head: readonly string[];
  rows: AsyncIterable<T>;
}

/** Written as it is read: a million rows take no more memory than some. */
function send<T>(reply: FastifyReply, { name, format, head, rows }: File<T>, toRow: (row: T) => object): never {
  const type = format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8';
  reply.headers({
    'content-type': type,
    'content-disposition': `attachment; filename="paliadin-${name}.${format}"`,
    'cache-control': 'no-store',
  });
  const text = format === 'csv' ? asCsv(head, rows, toRow) : asJson(head, rows, toRow);
  return reply.send(Readable.from(text)) as never;
}

async function* asCsv<T>(head: readonly string[], rows: AsyncIterable<T>, toRow: (row: T) => object) {
  yield BOM + csvLine(head);
  for await (const row of rows) {
    const cells = toRow(row) as Record<string, Cell>;
    yield csvLine(head.map((name) => (TIMES.has(name) ? asTime(cells[name]) : (cells[name] ?? null))));
  }
}

async function* asJson<T>(head: readonly string[], rows: AsyncIterable<T>, toRow: (row: T) => object) {
  let before = '[';
  for await (const row of rows) {
    const cells = toRow(row) as Record<string, Cell>;
    const kept = Object.fromEntries(head.map((name) => [name, cells[name] ?? null]));
    // JSON escapes the first 32 control characters; the others, too, are nothing to send to a terminal.
    yield `${before}${escapeInFile(JSON.stringify(kept))}`;
    before = ',\n';
  }
  yield `${before === '[' ? '[' : ''}]\n`;
}

const TIMES: ReadonlySet<string> = new Set(['startedAt', 'finishedAt', 'at']);

function asTime(at: Cell | undefined): string | null {
  return typeof at === 'number' ? new Date(at).toISOString() : null;
}
