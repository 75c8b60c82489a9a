/** The conversations, and what runs in them. */
import { PaliadinError } from '../../contract/errors.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import { type ListedSession, placeOf, type SessionQuery } from '../../store/session-store.ts';
import type { Store } from '../../store/store.ts';
import { recordMove, requireElsewhere } from '../../turn/move.ts';
import type { Actor } from '../actor.ts';
import { type Person, people } from '../people.ts';
import type { Readings } from '../readings.ts';
import type { SessionHost } from './session-host.ts';

export interface SessionService {
  /** A page, last used first, without titles. `before` is the `nextBefore` of the page before. */
  list(query: PageQuery): Promise<SessionPage<SessionOverview>>;
  /** With titles, which are text of the users: the reading is put on record first. */
  listWithTitles(actor: Actor, query: PageQuery): Promise<SessionPage<TitledSession>>;
  /** @throws PaliadinError `not_found` */
  get(name: string): Promise<AgentSession>;
  /** The session with this name, or the one that the user of this subject or id used last. @throws PaliadinError `not_found` */
  find(wanted: string): Promise<AgentSession>;
  /**
   * Without a gateway's help: begins the conversation anew on another host, with its last turns.
   * @throws PaliadinError `not_found`; `conflict` while one of its turns is open, or where it is there already
   */
  move(actor: Actor, session: AgentSession, host: string): Promise<AgentSession>;
}

type PageQuery = SessionQuery & { limit: number };

export interface SessionPage<T> {
  sessions: T[];
  /** Null where this is the last page. */
  nextBefore: string | null;
}

export interface SessionOverview extends Omit<AgentSession, 'userId'> {
  user: Person;
  /** Whether its terminal runs; null where this is not known: the host is away, or it is another host. */
  live: boolean | null;
  /** Id of the turn under way. */
  running: string | null;
  /** Whether that turn waits for its user's decision. */
  waiting: boolean;
  /** How many turns wait behind that one. */
  queued: number;
}

export type TitledSession = SessionOverview & Pick<ListedSession, 'title' | 'archivedAt'>;

export interface SessionServiceOptions {
  store: Pick<Store, 'events' | 'sessions' | 'turns' | 'users'>;
  host: Pick<SessionHost, 'sessions'>;
  onRecord: Readings;
  clock(): number;
}

export function createSessionService({ store, host, onRecord, clock }: SessionServiceOptions): SessionService {
  async function pageOf({ limit, ...query }: PageQuery): Promise<SessionPage<TitledSession>> {
    const found = await store.sessions.list({ ...query, limit: limit + 1 });
    const known = found.slice(0, limit);
    const last = known.at(-1);
    const nextBefore = last === undefined || found.length <= limit ? null : placeOf(last);
    return { sessions: await overview(known), nextBefore };
  }

  async function overview(known: readonly ListedSession[]): Promise<TitledSession[]> {
    if (known.length === 0) return [];
    const open = Map.groupBy(
      await store.turns.openStates(known.map(({ name }) => name)),
      ({ agentSession }) => agentSession,
    );
    const personOf = await people(
      store,
      known.map(({ userId }) => userId),
    );
    const names = [...new Set(known.map(({ host: name }) => name))];
    const live = new Map(await Promise.all(names.map(async (name) => [name, await host.sessions(name)] as const)));
    return known.map(({ userId, subject: _, ...session }) => {
      const there = live.get(session.host) ?? null;
      const own = open.get(session.name) ?? [];
      const atWork = own.find(({ status }) => status !== 'queued');
      return {
        ...session,
        user: personOf(userId),
        live: there && (there.find(({ session: name }) => name === session.name)?.live ?? false),
        running: atWork?.turnId ?? null,
        waiting: atWork?.status === 'waiting',
        queued: own.filter(({ status }) => status === 'queued').length,
      };
    });
  }

  return {
    async list(query) {
      const { sessions, nextBefore } = await pageOf(query);
      return { sessions: sessions.map(({ title: _, archivedAt: _at, ...session }) => session), nextBefore };
    },

    async listWithTitles(actor, query) {
      const { userId = null } = query;
      await onRecord({ actor: actor.id, action: 'read.conversations', subject: userId, detail: {} });
      return pageOf(query);
    },

    async get(name) {
      const session = await store.sessions.get(name);
      if (session === null) throw new PaliadinError('not_found', 'there is no session with this name');
      return session;
    },

    async move(actor, session, to) {
      requireElsewhere(session, to);
      const move = { to, because: 'asked' as const, actor: actor.id, unlessOpen: true };
      return await recordMove(session, move, { store, at: clock(), append: store.events.append });
    },

    async find(wanted) {
      const found = await store.sessions.find(wanted);
      if (found !== null) return found;
      const some = await store.sessions.list({ limit: SHOWN + 1 });
      const known = [...new Set(some.slice(0, SHOWN).map(({ subject }) => subject))].join(', ') || 'nobody yet';
      const more = some.length > SHOWN ? ', …; `paliadin sessions` shows all' : '';
      throw new PaliadinError('not_found', `${wanted} has no conversation; those who have one: ${known}${more}`);
    },
  };
}

// In an error message.
const SHOWN = 20;
