/** The HTTP server: parses and authenticates, nothing else. */
import cookie from '@fastify/cookie';
import { type FastifyInstance, fastify, LogController } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { agUiRoutes } from './ag-ui/ag-ui.ts';
import { aiSdkRoutes } from './ai-sdk/ai-sdk.ts';
import { identify, requireUser } from './authenticate.ts';
import { parseJsonBodies } from './body.ts';
import { limitBodyTime } from './body-deadline.ts';
import { clientKey } from './client-address.ts';
import { refuseWhenClosing } from './closing.ts';
import { limitConnections, limitRequestsUnderWay } from './connections.ts';
import { takeWholeRequests } from './drain.ts';
import { answerErrors, answerFrameworkError, answerUnreadableRequest } from './errors.ts';
import { requireGuards } from './guards.ts';
import { inlineBodies } from './inline-bodies.ts';
import { logResponses } from './log.ts';
import { measureResponses, metricsRoute } from './metrics.ts';
import { answerUnknownRoutes, collectRoutes } from './not-found.ts';
import { openAiRoutes } from './openai/openai.ts';
import { describeApi } from './openapi.ts';
import type { App, ServerOptions } from './options.ts';
import { refuseWhenOverloaded } from './overload.ts';
import { requireOwnPages } from './own-pages.ts';
import { limitRate } from './rate-limit.ts';
import { adminRoutes } from './routes/admin/all.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { embedRoutes } from './routes/embed.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { historyExportRoute } from './routes/history-export.ts';
import { jwksRoute } from './routes/jwks.ts';
import { meRoute } from './routes/me.ts';
import { pageRoutes } from './routes/page.ts';
import { sessionRoutes } from './routes/session.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { signOutRoutes } from './routes/sign-out.ts';
import { tokenFormRoute } from './routes/token-form.ts';
import { turnRoutes } from './routes/turns.ts';
import { securityHeaders } from './security-headers.ts';
import { createAuthenticator } from './sign-in/authenticator.ts';
import { refuseForgedIdentities } from './sign-in/proxy.ts';
import { cutStalledResponses } from './stalled.ts';
import { createStreams } from './streams.ts';
import { refuseUndeclaredFields } from './unknown-fields.ts';

export type { ServerOptions } from './options.ts';

/** Ready to listen. `close()` asks the open streams to reconnect later, and then waits for running requests. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app: App = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }), // the default logs whole URLs; see log.ts
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false, // its body is not in our form; see closing.ts
    genReqId: () => options.random(12).toString('base64url'), // never taken from the client, whose text must not get into the log
    // The client address, for counting requests only. Authentication never uses it.
    trustProxy: (address) => options.trustsProxy?.(address) ?? false,
    exposeHeadRoutes: false, // a HEAD request for a stream would open a stream
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerUnreadableRequest,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Responses come from our own typed code: the schemas describe them, they do not check them again.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.decorateRequest('identity', null);
  app.decorateRequest('turnedAway', null);
  app.decorateRequest('turnId', null);

  answerErrors(app);
  const routes = collectRoutes(app);
  requireGuards(app, routes);
  answerUnknownRoutes(app, routes);
  parseJsonBodies(app);
  takeWholeRequests(app);
  logResponses(app);
  measureResponses(app, options);

  // Hooks run in this order for every request.
  await securityHeaders(app, options);
  await refuseWhenOverloaded(app, options);
  refuseWhenClosing(app);
  limitConnections(app, options);
  cutStalledResponses(app, options);
  requireOwnPages(app, options);
  const { signIn } = options.services;
  app.addHook('onClose', async () => await signIn.close());
  refuseForgedIdentities(app, options, (request) => {
    const key = `forged ${clientKey(request)}`;
    signIn.events.emitSeldom(key, { kind: 'sign-in-denied', userId: null, way: 'proxy', reason: 'forged header' });
  });
  await app.register(cookie);
  const authenticate = createAuthenticator(options);
  identify(app, authenticate);
  const limit = await limitRate(app, options);
  requireUser(app, options);
  limitRequestsUnderWay(app, options);
  refuseUndeclaredFields(app);
  limitBodyTime(app);

  const streams = createStreams(app, options);
  await describeApi(app, options);
  metricsRoute(app, options);
  healthRoutes(app, options, authenticate);
  jwksRoute(app, options);
  signInRoutes(app, options, limit);
  signOutRoutes(app, options);
  meRoute(app, options);
  turnRoutes(app, options, streams);
  await attachmentRoutes(app, options);
  historyExportRoute(app, options);
  eventRoutes(app, options, streams);
  conversationRoutes(app, options);
  sessionRoutes(app, options);
  const edges = { streams, bodies: inlineBodies(app, options.services.attachments.limits) };
  await openAiRoutes(app, options, edges);
  await agUiRoutes(app, options, edges);
  aiSdkRoutes(app, options, edges);
  adminRoutes(app, options, streams);
  await tokenFormRoute(app);
  await embedRoutes(app, options);
  await pageRoutes(app, options);
  return app as unknown as FastifyInstance;
}

// A message of 100 KiB in which JSON escapes nearly every character, and its other fields.
const MAX_BODY_BYTES = 512 * 1024;

// The time to receive a whole request: a file of 10 MB at a megabit a second. Other bodies have less: body-deadline.ts.
const REQUEST_TIMEOUT_MS = 90_000;
