import { Readable } from 'node:stream';
import { z } from 'zod';
import { LOCALE_PATTERN } from '../../contract/locales/locale.ts';
import { userOf } from '../authenticate.ts';
import { guards } from '../guards.ts';
import { localeOf } from '../locale.ts';
import { historyAsMarkdown } from '../markdown.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

export function historyExportRoute(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  app.get(
    '/api/turns/export',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'One’s whole history as a Markdown file, oldest first',
        querystring: z.strictObject({ locale: z.string().regex(LOCALE_PATTERN).optional() }),
        response: responses({ 200: file }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const { id, name } = userOf(request);
      const locale = request.query.locale ?? localeOf(request);
      reply.headers({
        'content-type': 'text/markdown; charset=utf-8',
        'content-disposition': 'attachment; filename="paliadin.md"',
        'cache-control': 'no-store',
      });
      const turns = services.history.export(id, locale);
      return reply.send(Readable.from(historyAsMarkdown(turns, { name, locale })) as never) as never;
    },
  );
}

const file = { description: 'A file', content: { 'text/markdown': { schema: z.string() } } };
