/** Follows all of the person's turns, and tells the ACP client what happens in the sessions that it has open. */
import type { FollowedEvent, PaliadinClient, StreamedEvent, TurnView } from '../client/index.ts';
import { questionLine } from '../contract/question-line.ts';
import { createSettledText, type SettledText } from '../contract/settled-text.ts';
import type { AgentContext } from '../transport/acp.ts';
import { askPermission, decidedUpdate, said, toolUpdate, update } from './updates.ts';

export interface Follower {
  /**
   * From now on the client is told what happens there. `before` tells it first what has happened already, and returns the id
   * of the last event that this includes.
   */
  attach(sessionId: string, client: AgentContext, before: () => Promise<number>): Promise<void>;
  isAttached(sessionId: string): boolean;
  /** Resolves with the turn of this key at its end. */
  expect(idempotencyKey: string): Promise<TurnView>;
  /** It was not accepted. */
  forget(idempotencyKey: string): void;
  /** Of a turn that is open, this `response` was told. */
  told(turn: TurnView): void;
  /** A turn that was asked here. */
  know(turn: TurnView): void;
  openIn(sessionId: string): string[];
}

interface Session {
  client: AgentContext;
  /** Events that came while `before` was under way; null once it is over. */
  waiting: FollowedEvent[] | null;
}

interface Open {
  sessionId: string;
  text: SettledText;
}

export function createFollower(
  client: PaliadinClient,
  { signal, onError }: { signal: AbortSignal; onError(error: unknown): void },
): Follower {
  const sessions = new Map<string, Session>();
  const open = new Map<string, Open>();
  const expected = new Map<string, PromiseWithResolvers<TurnView>>();
  let following: Promise<void> | null = null;

  async function start(): Promise<void> {
    const { cursor } = await client.history({ limit: 1 });
    void follow(cursor);
  }

  async function follow(after: number): Promise<void> {
    try {
      for await (const event of client.followAll({ after, signal })) await dispatch(event);
    } catch (error) {
      onError(error);
      for (const { reject } of expected.values()) reject(error);
      expected.clear();
      following = null; // begins again with the next session
    }
  }

  async function dispatch(followed: FollowedEvent): Promise<void> {
    const { event } = followed;
    if (event.type === 'accepted') know(event.turn);
    const sessionId = open.get(event.turnId)?.sessionId;
    const session = sessionId === undefined ? undefined : sessions.get(sessionId);
    if (session?.waiting) session.waiting.push(followed);
    else if (session !== undefined && sessionId !== undefined) await tell(session.client, sessionId, event);
    if (event.type === 'finished') end(event.turn);
  }

  function end(turn: TurnView): void {
    open.delete(turn.turnId);
    const key = turn.idempotencyKey ?? '';
    expected.get(key)?.resolve(turn);
    expected.delete(key);
  }

  function know(turn: TurnView): void {
    if (!open.has(turn.turnId)) told(turn);
  }

  function told(turn: TurnView): void {
    if (turn.finishedAt !== null) return;
    const text = createSettledText();
    text.put(0, turn.response);
    open.set(turn.turnId, { sessionId: turn.sessionId, text });
  }

  async function tell(to: AgentContext, sessionId: string, event: StreamedEvent): Promise<void> {
    const text = open.get(event.turnId)?.text;
    switch (event.type) {
      case 'accepted':
        // What this client asks itself, it shows by itself.
        if (!expected.has(event.turn.idempotencyKey ?? ''))
          await update(to, sessionId, said('user', questionLine(event.turn)));
        break;
      case 'chunk': {
        const added = text?.put(event.offset, event.text) ?? '';
        if (added !== '') await update(to, sessionId, said('agent', added));
        break;
      }
      case 'tool':
        await update(to, sessionId, toolUpdate(event));
        break;
      case 'approval':
        void ask(to, sessionId, event);
        break;
      case 'decided':
        if (event.by !== 'policy') await update(to, sessionId, decidedUpdate(event));
        break;
      case 'finished': {
        const { response } = event.turn;
        const rest = text?.complete(response) ?? null;
        // Another answer than the one that was told: it comes whole.
        const last = rest ?? (response === '' ? '' : `\n\n---\n\n${response}`);
        if (last !== '') await update(to, sessionId, said('agent', last));
      }
    }
  }

  async function ask(
    to: AgentContext,
    sessionId: string,
    { turnId, approval }: Extract<StreamedEvent, { type: 'approval' }>,
  ): Promise<void> {
    try {
      const decision = await askPermission(to, sessionId, turnId, approval);
      // Refused where it was decided elsewhere meanwhile, which is then what counts.
      if (decision !== null) await client.decide(turnId, approval.id, decision);
    } catch (error) {
      onError(error);
    }
  }

  return {
    async attach(sessionId, to, before) {
      following ??= start().catch((error) => {
        following = null;
        throw error;
      });
      await following;
      const session: Session = { client: to, waiting: [] };
      sessions.set(sessionId, session);
      let until: number;
      try {
        until = await before();
      } catch (error) {
        sessions.delete(sessionId);
        throw error;
      }
      for (let next = session.waiting?.shift(); next !== undefined; next = session.waiting?.shift()) {
        if (next.id > until) await tell(to, sessionId, next.event);
      }
      session.waiting = null;
    },
    isAttached: (sessionId) => sessions.has(sessionId),
    expect(idempotencyKey) {
      const ended = Promise.withResolvers<TurnView>();
      ended.promise.catch(() => undefined); // reported where it is awaited
      expected.set(idempotencyKey, ended);
      return ended.promise;
    },
    forget: (idempotencyKey) => void expected.delete(idempotencyKey),
    know,
    told,
    openIn: (sessionId) => [...open].flatMap(([turnId, turn]) => (turn.sessionId === sessionId ? [turnId] : [])),
  };
}
