import { auditPage, auditQuery, chainQuery, chainState } from '../../../contract/admin/audit.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { auditRowView } from './views.ts';

export function auditRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  const { auditLog } = services;
  app.get(
    '/api/admin/audit',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'The audit log, newest first',
        querystring: auditQuery,
        response: responses({ 200: auditPage }, 'bad_request'),
      },
    },
    async ({ query }) => {
      const { rows, nextBefore } = await auditLog.list(query);
      return { rows: rows.map(auditRowView), nextBefore };
    },
  );

  app.get(
    '/api/admin/audit/chain',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Whether the audit log is whole',
        description:
          'Walks on from where it was walked last. With `full` it walks all of it, and compares what was said in the ' +
          'turns that are still there: half a minute for a million rows. Either way the log has to reach what the ' +
          'gateway noted of its end in the state directory.',
        querystring: chainQuery,
        response: responses({ 200: chainState }, 'bad_request'),
      },
    },
    async ({ query }) => {
      const { noted: _, problems: __, ...state } = await auditLog.verify(query);
      return state;
    },
  );
}
