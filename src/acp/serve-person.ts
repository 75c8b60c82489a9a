/** An ACP agent for a signed-in person: their conversations at a gateway, for editors and other ACP clients. */
import type { Duplex } from 'node:stream';
import { newIdempotencyKey, type PaliadinClient } from '../client/index.ts';
import { acpStream, agent, methods, PROTOCOL_VERSION } from '../transport/acp.ts';
import { askWithFiles } from './ask-with-files.ts';
import { answering, ofTurn, refuse } from './errors.ts';
import { createFollower } from './follower.ts';
import { readPrompt } from './prompt.ts';
import { replay } from './replay.ts';

/** Serves the stream until it closes. Turns go on without it. */
export async function servePerson(
  client: PaliadinClient,
  duplex: Duplex,
  { version, onError }: { version: string; onError(error: unknown): void },
): Promise<void> {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const app = agent({ name: 'paliadin' });
  const leave = new AbortController();
  const follower = createFollower(client, { signal: leave.signal, onError });

  app.onRequest(methods.agent.initialize, () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentCapabilities: {
      loadSession: true,
      promptCapabilities: { image: true, audio: false, embeddedContext: true },
      sessionCapabilities: { list: {} },
    },
    agentInfo: { name: 'paliadin', title: 'Paliadin', version },
    authMethods: [],
  }));
  app.onRequest(methods.agent.session.new, () =>
    answering(async () => {
      const { conversations, session } = await client.me();
      const sessionId = conversations === 'many' ? (await client.conversations.create()).sessionId : session.name;
      await follower.attach(sessionId, connection.client, async () => 0);
      return { sessionId };
    }),
  );
  app.onRequest(methods.agent.session.load, ({ params: { sessionId } }) =>
    answering(async () => {
      await follower.attach(sessionId, connection.client, () => replay(client, sessionId, connection.client, follower));
      return {};
    }),
  );
  app.onRequest(methods.agent.session.list, ({ params: { cursor, cwd } }) =>
    answering(async () => {
      const { conversations, nextBefore } = await client.conversations.list(cursor == null ? {} : { before: cursor });
      return {
        // Conversations are in no directory; a client that asks for those of one sees all.
        sessions: conversations.map(({ sessionId, title, lastUsedAt }) => ({
          sessionId,
          cwd: cwd ?? '/',
          title,
          updatedAt: new Date(lastUsedAt).toISOString(),
        })),
        ...(nextBefore !== null && { nextCursor: nextBefore }),
      };
    }),
  );
  app.onRequest(methods.agent.session.prompt, ({ params: { sessionId, prompt } }) =>
    answering(async () => {
      if (!follower.isAttached(sessionId)) throw refuse('create or load the session first');
      const question = readPrompt(prompt);
      const idempotencyKey = newIdempotencyKey();
      const ended = follower.expect(idempotencyKey);
      const asked = await askWithFiles(client, { ...question, sessionId }, idempotencyKey).catch((error) => {
        follower.forget(idempotencyKey);
        throw error;
      });
      follower.know(asked);
      return ofTurn(await ended);
    }),
  );
  app.onNotification(methods.agent.session.cancel, async ({ params: { sessionId } }) => {
    for (const turnId of follower.openIn(sessionId)) await client.stop(turnId).catch(onError);
  });

  const connection = app.connect(acpStream(duplex, MAX_MESSAGE_BYTES));
  connection.signal.addEventListener('abort', () => close());
  duplex.once('close', () => close());
  await closed;
  leave.abort();
}

// Five files of 10 MB in base64, as many as a question may have by default, and its text.
const MAX_MESSAGE_BYTES = 80 * 1024 * 1024;
