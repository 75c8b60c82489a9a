import { me } from '../../contract/api.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sanitise.ts';
import { askingRefusal, isForOwner } from '../../services/authorisation.ts';
import { userOf } from '../authenticate.ts';
import { bodyOf } from '../errors.ts';
import { guards } from '../guards.ts';
import { localeOf } from '../locale.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

export function meRoute(
  app: App,
  options: Pick<ServerOptions, 'turns' | 'hosts' | 'services' | 'starters' | 'appOrigins' | 'pageOrigins'>,
): void {
  const { turns, hosts, services, starters } = options;
  app.get(
    '/api/me',
    {
      config: { guard: guards.read },
      schema: { summary: 'Who am I, and may I ask', response: responses({ 200: me }) },
    },
    async (request) => {
      const user = userOf(request);
      const locale = localeOf(request);
      const own = askingRefusal(user, services.access);
      const refusal = own ?? turns.refusal();
      const session = await turns.session(user.id);
      const backend = hosts.of(session);
      return {
        user: { id: user.id, name: user.name, role: user.role, locale: user.locale },
        canAsk: refusal === null,
        whyNot: refusal && bodyOf(refusal, { locale, hidden: own === null && !isForOwner(request.identity) }),
        backend: backend.kind,
        agent: backend.agent(),
        session: {
          name: session.name,
          generation: session.generation,
          moved: session.movedIn === session.generation,
        },
        conversations: turns.howMany,
        elsewhere: hosts.insteadOf(session.host) !== null,
        starters: starters(locale),
        appOrigins: [...(options.pageOrigins ?? options.appOrigins)],
        limits: { messageBytes: MAX_MESSAGE_BYTES, attachments: services.attachments.limits },
      };
    },
  );
}
