import {
  conversationDeleted,
  conversationParams,
  conversationPatch,
  conversationsPage,
  conversationsQuery,
  conversationView,
  newConversation,
  resetResult,
} from '../../contract/api.ts';
import { userOf } from '../authenticate.ts';
import { guards } from '../guards.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

export function conversationRoutes(app: App, { turns }: Pick<ServerOptions, 'turns'>): void {
  const { conversations } = turns;

  app.get(
    '/api/conversations',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'One’s own conversations, last used first',
        querystring: conversationsQuery,
        response: responses({ 200: conversationsPage }, 'bad_request'),
      },
    },
    async (request) => await conversations.list({ ...request.query, userId: userOf(request).id }),
  );

  app.post(
    '/api/conversations',
    {
      config: { guard: guards.ask },
      schema: {
        summary: 'Begin a further conversation',
        description: 'Its `sessionId` is for `POST /api/turns`.',
        body: newConversation,
        response: responses({ 201: conversationView }, 'bad_request', 'conversation_limit', 'disabled'),
      },
    },
    async (request, reply) => {
      return reply.code(201).send(await conversations.create(userOf(request).id, request.body.title));
    },
  );

  app.get(
    '/api/conversations/:sessionId',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'One conversation',
        params: conversationParams,
        response: responses({ 200: conversationView }, 'bad_request', 'not_found'),
      },
    },
    async (request) => await conversations.get(userOf(request).id, request.params.sessionId),
  );

  app.patch(
    '/api/conversations/:sessionId',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Rename a conversation, put it into the archive or take it out, or say that its answers were seen',
        params: conversationParams,
        body: conversationPatch,
        response: responses({ 200: conversationView }, 'bad_request', 'not_found'),
      },
    },
    async (request) => await conversations.change(userOf(request).id, request.params.sessionId, request.body),
  );

  app.delete(
    '/api/conversations/:sessionId',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Delete a conversation',
        description: 'Stops what is open in it. Its questions and answers go, here and on the agent’s machine.',
        params: conversationParams,
        response: responses({ 200: conversationDeleted }, 'bad_request', 'not_found', 'conflict'),
      },
    },
    async (request) => await conversations.remove(userOf(request).id, request.params.sessionId),
  );

  app.post(
    '/api/conversations/:sessionId/reset',
    {
      config: { guard: guards.ask },
      schema: {
        summary: 'Begin a conversation anew with the agent',
        description: 'Stops what is open in it. Its history stays.',
        params: conversationParams,
        response: responses({ 200: resetResult }, 'bad_request', 'not_found', 'mriver_unreachable', 'shim_error'),
      },
    },
    async (request) => {
      const userId = userOf(request).id;
      await conversations.get(userId, request.params.sessionId); // also refuses the id of a chat
      const { name, generation } = await turns.reset(userId, request.params.sessionId);
      return { session: name, generation };
    },
  );
}
