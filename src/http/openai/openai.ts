/**
 * OpenAI's protocols, for clients that exist: models, Responses, Chat Completions. An adapter over the same turns; docs/clients.md
 * says what each client can do.
 */
import { createContinuedConversations } from '../edge/continued-conversation.ts';
import { guards } from '../guards.ts';
import type { App, ServerOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { chatRoute } from './chat.ts';
import { answerOpenAiErrors } from './errors.ts';
import { modelObject, requireModel } from './model.ts';
import { responsesRoutes } from './responses.ts';

export async function openAiRoutes(
  app: App,
  options: Pick<ServerOptions, 'turns' | 'publicOrigins'>,
  streams: Streams,
): Promise<void> {
  const continued = createContinuedConversations(options.turns);
  const routes = async (edge: App) => {
    answerOpenAiErrors(edge);
    const shared = { streams, continued, bodyLimit: MAX_BODY_BYTES };
    edge.get('/models', { config: { guard: guards.act }, schema: { hide: true } }, async () => ({
      object: 'list',
      data: [modelObject],
    }));
    edge.get('/models/:model', { config: { guard: guards.act }, schema: { hide: true } }, async (request) => {
      requireModel((request.params as { model: string }).model);
      return modelObject;
    });
    chatRoute(edge, options, shared);
    responsesRoutes(edge, options, shared);
  };
  await app.register(routes, { prefix: '/v1' });
}

// Clients send the whole transcript each time, and coding tools the descriptions of all their tools.
const MAX_BODY_BYTES = 4 * 1024 * 1024;
