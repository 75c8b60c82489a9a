import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { auditExportQuery } from '../../../contract/admin/audit.ts';
import { turnsExportQuery } from '../../../contract/admin/turns.ts';
import { escapeInFile } from '../../../contract/escape.ts';
import { userOf } from '../../authenticate.ts';
import { BOM, type Cell, csvLine } from '../../csv.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { auditRowView, turnLineView } from './views.ts';

export function exportRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
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
      const rows = await services.turnLog.export(userOf(request), filter, format);
      return send(reply, { name: 'turns', format, head: TURN_HEAD, rows }, (turn) => {
        const { message, response, pageOrigin, inputTokens, errorDetail, feedback } = turn;
        return {
          ...turnLineView(turn),
          user: turn.user.name,
          userId: turn.userId,
          comment: feedback?.comment ?? '',
          pageOrigin,
          inputTokens,
          errorDetail,
          files: turn.attachments.map(({ name }) => name).join('; '),
          message,
          response,
          usedTools: turn.usedTools.join(' '),
        };
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
      const rows = await services.auditLog.export(userOf(request), filter, format);
      return send(reply, { name: 'audit', format, head: AUDIT_HEAD, rows }, (stored) => {
        const { actor, subject, detail, ...row } = auditRowView(stored);
        return {
          ...row,
          actor: actor.name || actor.id,
          actorId: actor.id,
          subject: subject?.name ?? '',
          subjectId: subject?.id ?? '',
          detail: JSON.stringify(detail),
          previous: stored.previous,
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
  'usedTools',
  'classifierTag',
  'inputTokens',
  'responseTokens',
  'tokensExact',
  'rating',
  'comment',
  'pageOrigin',
  'agentSession',
  'generation',
  'host',
  'finishedAt',
  'files',
  'message',
  'response',
] as const;

const AUDIT_HEAD = [
  'seq',
  'at',
  'action',
  'actor',
  'actorId',
  'subject',
  'subjectId',
  'turnId',
  'detail',
  'contentHash',
  'previous',
  'hash',
] as const;

interface File<T> {
  name: string;
  format: 'csv' | 'json';
  head: readonly string[];
  rows: AsyncIterable<T>;
}

/** Streams the rows as they are read: a million rows take no more memory than a few. */
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
    // JSON escapes the first 32 control characters; the others must not reach a terminal either.
    yield `${before}${escapeInFile(JSON.stringify(kept))}`;
    before = ',\n';
  }
  yield `${before === '[' ? '[' : ''}]\n`;
}

const TIMES: ReadonlySet<string> = new Set(['startedAt', 'finishedAt', 'at']);

function asTime(at: Cell | undefined): string | null {
  return typeof at === 'number' ? new Date(at).toISOString() : null;
}
