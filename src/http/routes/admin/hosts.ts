import { type Hosts, hosts } from '../../../contract/admin.ts';
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
}
