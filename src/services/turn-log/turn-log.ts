/**
 * All users' turns: listed, searched, read in full, exported. Each reading is put on record before anything is shown.
 */
import type { TurnInFull as View } from '../../contract/admin/turn.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { ToolCall } from '../../contract/records/tool-call.ts';
import type { Turn, TurnFilter, TurnLine } from '../../contract/records/turn.ts';
import type { User } from '../../contract/records/user.ts';
import { type ApprovalRequest, type Decided, isFinal } from '../../contract/turn.ts';
import type { Store } from '../../store/store.ts';
import { turnSnapshot } from '../../turn/turn-snapshot.ts';
import type { Actor } from '../actor.ts';
import { eachTurn, map } from '../pages.ts';
import { type Person, people, peopleInTurn } from '../people.ts';
import type { Readings } from '../readings.ts';
import { stagesOf } from './stages.ts';

export interface TurnLogService {
  /**
   * Newest first. `before` is the `nextBefore` of the previous page.
   * @throws PaliadinError `bad_request`, `not_found`
   */
  list(actor: Actor, query: TurnFilter & { before?: string | undefined; limit: number }): Promise<TurnLogPage>;
  /** All turns that match the filter, with their texts, newest first, read as they are consumed. */
  export(actor: Actor, filter: TurnFilter, format: string): Promise<AsyncIterable<Turn & { user: Person }>>;
  /** While the turn runs, the answer so far. @throws PaliadinError `not_found` */
  get(actor: Actor, turnId: string): Promise<TurnInFull>;
  /**
   * The values of the filters: the users, where they are not too many for a list, with the one of `userId` in any case;
   * and the tags of the last 30 days, most frequent first.
   */
  choices(query: { userId?: string | undefined }): Promise<TurnLogChoices>;
}

export interface TurnLogPage {
  turns: (TurnLine & { user: Person })[];
  /** Null where this is the last page. */
  nextBefore: string | null;
}

export interface TurnLogChoices {
  users: Person[];
  /** There are others. */
  moreUsers: boolean;
  tags: string[];
}

export interface TurnInFull {
  turn: Turn;
  /** Null where the user was deleted just now. */
  user: User | null;
  response: string;
  /** What the agent waits for. */
  approvals: ApprovalRequest[];
  decisions: (Decided & { at: number })[];
  toolCalls: ToolCall[];
  stages: View['stages'];
}

export interface TurnLogOptions {
  store: Store;
  onRecord: Readings;
  /** UTC milliseconds. */
  clock(): number;
}

export function createTurnLogService({ store, onRecord, clock }: TurnLogOptions): TurnLogService {
  /** The search text is not recorded: it may repeat what was said. */
  function onRecordOf(actor: Actor, { search, ...filter }: TurnFilter, detail: Record<string, string>) {
    const { userId = null } = filter;
    const searched = { ...withoutUnset(filter), ...detail, searched: search !== undefined };
    return onRecord({ actor: actor.id, action: 'read.turns', subject: userId, detail: searched });
  }

  return {
    async list(actor, { limit, before, ...filter }) {
      await onRecordOf(actor, filter, {});
      const found = await store.turns.list({ ...filter, before, limit: limit + 1 });
      const page = found.slice(0, limit);
      const personOf = await people(
        store,
        page.map(({ userId }) => userId),
      );
      return {
        turns: page.map((turn) => ({ ...turn, user: personOf(turn.userId) })),
        nextBefore: found.length > limit ? (page.at(-1)?.turnId ?? null) : null,
      };
    },

    async export(actor, filter, format) {
      await onRecordOf(actor, filter, { exported: format });
      const personOf = peopleInTurn(store);
      return map(eachTurn(store.turns, filter), async (turn) => ({ ...turn, user: await personOf(turn.userId) }));
    },

    async get(actor, turnId) {
      const turn = await store.turns.get(turnId);
      if (turn === null) throw new PaliadinError('not_found', 'there is no turn with this id');
      await onRecord({ actor: actor.id, action: 'read.turn', subject: turn.userId, turnId, detail: {} });
      const user = await store.users.get(turn.userId);
      const decisions = await store.events.decided(turnId);
      const toolCalls = await store.appTools.ofTurn(turnId);
      const known = { turn, user, decisions, toolCalls, stages: stagesOf(turn) };
      if (isFinal(turn.status)) return { ...known, response: turn.response, approvals: [] };
      const { text, approvals } = await turnSnapshot(store, turn);
      return { ...known, response: text, approvals };
    },

    async choices({ userId }) {
      const found = await store.users.list({ limit: MANY_USERS + 1 });
      const users = found.slice(0, MANY_USERS);
      const chosen = userId === undefined ? null : await store.users.get(userId);
      if (chosen !== null && !users.some(({ id }) => id === chosen.id)) users.push(chosen);
      const to = clock();
      const { total } = await store.turns.stats({ from: to - RECENT_MS, to, bucketMs: RECENT_MS });
      const tags = Object.entries(total.byTag).sort(([, one], [, other]) => other - one);
      return {
        users: users.map(({ id, subject, name }) => ({ id, subject, name })),
        moreUsers: found.length > MANY_USERS,
        tags: tags.slice(0, MANY_TAGS).map(([tag]) => tag),
      };
    },
  };
}

const RECENT_MS = 30 * 24 * 3_600_000;
const MANY_TAGS = 200;
// Nobody chooses from a longer list.
const MANY_USERS = 200;

function withoutUnset<T extends object>(filter: T): Record<string, string | number> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
