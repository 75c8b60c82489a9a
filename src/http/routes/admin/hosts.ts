import { type Hosts, hostChange, hostChanged, hostParams, hosts } from '../../../contract/admin/hosts.ts';
import { userOf } from '../../authenticate.ts';
import { bodyOf } from '../../errors.ts';
import { guards } from '../../guards.ts';
import { localeOf } from '../../locale.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';

export function hostRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  app.get(
    '/api/admin/hosts',
    {
      config: { guard: guards.admin },
      schema: { summary: 'The hosts: how they are, and what runs there', response: responses({ 200: hosts }) },
    },
    async (request): Promise<Hosts> => {
      const { gateway, hosts } = await services.hosts.list();
      const locale = localeOf(request);
      return {
        gateway,
        hosts: hosts.map((host) => ({ ...host, refusal: host.refusal && bodyOf(host.refusal, { locale }) })),
      };
    },
  );

  app.patch(
    '/api/admin/hosts/:name',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Drain a host, or let it take new conversations again',
        description:
          'Only a host of the list. Draining, it takes no new conversations; those that live there stay, and are answered. ' +
          'Undoing it also enables a host whose removal was not finished.',
        params: hostParams,
        body: hostChange,
        response: responses({ 200: hostChanged }, 'bad_request', 'not_found'),
      },
    },
    async (request) => {
      const change = request.body.draining ? services.hostList.drain : services.hostList.resume;
      const { name, enabled, draining } = await change(userOf(request), request.params.name);
      return { name, enabled, draining };
    },
  );
}
