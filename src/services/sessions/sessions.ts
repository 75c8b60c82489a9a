/** The conversations, and what runs in them. */
import { PaliadinError } from '../../contract/errors.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { ListedSession, SessionQuery } from '../../store/session-store.ts';
import type { Store } from '../../store/store.ts';
import { NO_TURN } from '../../turn/reset.ts';
import type { Actor } from '../actor.ts';
import { type Person, people } from '../people.ts';
import type { Readings } from '../readings.ts';
import type { SessionHost } from './session-host.ts';

export interface SessionService {
  /** Last used first, without titles. */
  list(query?: SessionQuery): Promise<SessionOverview[]>;
  /** With titles, which are text of the users: the reading is put on record first. */
  listWithTitles(actor: Actor, query: SessionQuery): Promise<TitledSession[]>;
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
  async function overview(query: SessionQuery | undefined): Promise<TitledSession[]> {
    const known = await store.sessions.list(query);
    if (known.length === 0) return [];
    const names = [...new Set(known.map(({ host: name }) => name))];
    const live = new Map(await Promise.all(names.map(async (name) => [name, await host.sessions(name)] as const)));
    const open = await store.turns.open();
    const personOf = await people(store);
    return known.map(({ userId, subject: _, ...session }) => {
      const there = live.get(session.host) ?? null;
      const own = open.filter(({ agentSession }) => agentSession === session.name);
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
    list: async (query) => (await overview(query)).map(({ title: _, archivedAt: _at, ...session }) => session),

    async listWithTitles(actor, query) {
      const { userId = null } = query;
      await onRecord({ actor: actor.id, action: 'read.conversations', subject: userId, detail: {} });
      return overview(query);
    },

    async get(name) {
      const session = await store.sessions.get(name);
      if (session === null) throw new PaliadinError('not_found', 'there is no session with this name');
      return session;
    },

    async move(actor, { name, userId, host: from }, to) {
      if (from === to) throw new PaliadinError('conflict', `this conversation is on ${to} already`);
      const by = { actor: actor.id, at: clock() };
      const moved = await store.sessions.move(name, { from, to, because: 'asked', unlessOpen: true }, by);
      const event = { type: 'reset' as const, generation: moved.generation, moved: true, session: name };
      await store.events.append({ turnId: NO_TURN, userId, at: by.at, event });
      return moved;
    },

    async find(wanted) {
      const sessions = await store.sessions.list();
      const found = sessions.find(({ name, userId, subject }) => [name, userId, subject].includes(wanted));
      if (found !== undefined) return found;
      const known = [...new Set(sessions.map(({ subject }) => subject))].join(', ') || 'nobody yet';
      throw new PaliadinError('not_found', `${wanted} has no conversation; those who have one: ${known}`);
    },
  };
}
