/**
 * OpenAI's protocols, for clients that exist: models, Responses, Chat Completions. An adapter over the same turns; docs/clients.md
 * says what each client can do.
 */
import { createContinuedConversations } from '../edge/continued-conversation.ts';
import { guards } from '../guards.ts';
import type { App, ServerOptions } from '../options.ts';
import type { OpenAiNeeds } from './ask.ts';
import { chatRoute } from './chat.ts';
import { answerOpenAiErrors } from './errors.ts';
import { modelObject, requireModel } from './model.ts';
import { responsesRoutes } from './responses.ts';

export async function openAiRoutes(
  app: App,
  options: Pick<ServerOptions, 'turns' | 'services' | 'publicOrigins'>,
  edges: Pick<OpenAiNeeds, 'streams' | 'bodies'>,
): Promise<void> {
  const continued = createContinuedConversations(options.turns);
  const routes = async (edge: App) => {
    answerOpenAiErrors(edge);
    const needs = { ...options, ...edges, continued };
    edge.get('/models', { config: { guard: guards.act }, schema: { hide: true } }, async () => ({
      object: 'list',
      data: [modelObject],
    }));
    edge.get('/models/:model', { config: { guard: guards.act }, schema: { hide: true } }, async (request) => {
      requireModel((request.params as { model: string }).model);
      return modelObject;
    });
    chatRoute(edge, needs);
    responsesRoutes(edge, needs);
  };
  await app.register(routes, { prefix: '/v1' });
}
