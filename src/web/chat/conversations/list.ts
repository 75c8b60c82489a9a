/** The list of conversations, as it is and as events change it. Knows no React. */
import { Refusal } from '../../../client/request.ts';
import type { ConversationsPage, ConversationView, TurnView } from '../../../contract/api.ts';
import type { Api } from '../api.ts';
import type { ConversationFollower } from '../controller.ts';
import type { NumberedEvent } from '../state.ts';

export interface ListState {
  loaded: boolean;
  /** Last used first. */
  items: readonly ConversationView[];
  /** Where the next page begins; null where there is none. */
  next: string | null;
  /** Of the archive; null while nobody looks at it. */
  archived: readonly ConversationView[] | null;
}

export interface ConversationList extends ConversationFollower {
  getState(): ListState;
  subscribe(listener: () => void): () => void;
  /** The newest page again, and the archive where it is shown. */
  refresh(): Promise<void>;
  more(): Promise<void>;
  showArchive(shown: boolean): Promise<void>;
  /** As the gateway says it is now. */
  put(conversation: ConversationView): void;
  drop(sessionId: string): void;
  /** Says that the user sees this conversation now: its answers are not news. Null: none. */
  look(sessionId: string | null): void;
  close(): void;
}

export interface ListOptions {
  api: Pick<Api, 'conversations'>;
  /** Whether the page is visible: only then is an answer seen. */
  isVisible(): boolean;
  /** Called where a conversation was deleted, here or elsewhere. */
  onGone(sessionId: string): void;
}

export function createList({ api, isVisible, onGone }: ListOptions): ConversationList {
  const listeners = new Set<() => void>();
  /** The conversations of turns that events have told of. */
  const ofTurn = new Map<string, string>();
  let state: ListState = { loaded: false, items: [], next: null, archived: null };
  let seen: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function set(change: Partial<ListState>): void {
    if (closed) return;
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  function put(conversation: ConversationView): void {
    const without = (all: readonly ConversationView[]) =>
      all.filter(({ sessionId }) => sessionId !== conversation.sessionId);
    const isArchived = conversation.archivedAt !== null;
    const items = without(state.items);
    const archived = state.archived && without(state.archived);
    set({
      items: isArchived ? items : inOrder([...items, conversation]),
      archived: archived && isArchived ? inOrder([...archived, conversation]) : archived,
    });
    markSeen(conversation);
  }

  function drop(sessionId: string): void {
    const isOther = (one: ConversationView) => one.sessionId !== sessionId;
    const wasThere = ![...state.items, ...(state.archived ?? [])].every(isOther);
    set({ items: state.items.filter(isOther), archived: state.archived?.filter(isOther) ?? null });
    if (wasThere || sessionId === seen) onGone(sessionId);
  }

  /** The mark is of the user, not of this browser: what was read on the phone is read here too. */
  function markSeen({ sessionId, unread }: ConversationView): void {
    if (!unread || sessionId !== seen || !isVisible()) return;
    change(sessionId, { unread: false });
    api.conversations.markSeen(sessionId).catch(() => {}); // told again when it is looked at again
  }

  function change(sessionId: string, how: Partial<ConversationView>): void {
    const changed = (one: ConversationView) => (one.sessionId === sessionId ? { ...one, ...how } : one);
    set({ items: inOrder(state.items.map(changed)), archived: state.archived?.map(changed) ?? null });
  }

  function find(sessionId: string): ConversationView | undefined {
    return state.items.find((one) => one.sessionId === sessionId);
  }

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    const [page, archive] = await Promise.all([
      api.conversations.list({ limit: PAGE }),
      state.archived === null ? null : api.conversations.list({ archived: true, limit: ARCHIVED }),
    ]);
    takeOver(page);
    if (archive !== null) set({ archived: archive.conversations });
  }

  /** Pages that were loaded after the first stay. */
  function takeOver({ conversations, nextBefore }: ConversationsPage): void {
    const last = conversations.at(-1);
    const ids = new Set(conversations.map(({ sessionId }) => sessionId));
    const older = state.items.filter((one) => !ids.has(one.sessionId) && last !== undefined && isAfter(one, last));
    const keeps = nextBefore !== null && older.length > 0;
    set({
      loaded: true,
      items: keeps ? [...conversations, ...older] : conversations,
      next: keeps ? state.next : nextBefore,
    });
    for (const conversation of conversations) markSeen(conversation);
  }

  /** Several events of a moment lead to one request. */
  function refreshSoon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh().catch(() => {}), SOON_MS); // the next event, or connection, does it again
  }

  function apply({ event }: NumberedEvent): void {
    switch (event.type) {
      case 'conversation':
        if (event.conversation === null) drop(event.sessionId);
        else put(event.conversation);
        break;
      case 'accepted':
        accepted(event.turn);
        break;
      case 'reset':
        refreshSoon();
        break;
      case 'finished':
      case 'late':
        ofTurn.delete(event.turnId);
        // Another question may wait, and whether this was seen is on record.
        refreshSoon();
        break;
      case 'delivering':
      case 'running':
      case 'approval':
      case 'approval-closed':
        moved(event.turnId, event.type === 'approval' ? 'waiting' : 'answering');
        break;
    }
  }

  function accepted({ turnId, sessionId, startedAt }: TurnView): void {
    ofTurn.set(turnId, sessionId);
    const known = find(sessionId);
    // Its first question is its title, and any takes it out of the archive.
    if (known === undefined || known.title === null) refreshSoon();
    else {
      const state = known.state === 'idle' ? 'queued' : known.state;
      change(sessionId, { state, lastUsedAt: Math.max(known.lastUsedAt, startedAt) });
    }
  }

  function moved(turnId: string, to: ConversationView['state']): void {
    const sessionId = ofTurn.get(turnId);
    if (sessionId === undefined) refreshSoon();
    else change(sessionId, { state: to });
  }

  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async more() {
      if (state.next === null) return;
      const page = await api.conversations.list({ before: state.next, limit: PAGE });
      const ids = new Set(state.items.map(({ sessionId }) => sessionId));
      const fresh = page.conversations.filter(({ sessionId }) => !ids.has(sessionId));
      set({ items: [...state.items, ...fresh], next: page.nextBefore });
    },
    async showArchive(shown) {
      if (!shown) return set({ archived: null });
      const page = await api.conversations.list({ archived: true, limit: ARCHIVED });
      set({ archived: page.conversations });
    },
    put,
    drop,
    look(sessionId) {
      seen = sessionId;
      const known = sessionId === null ? undefined : find(sessionId);
      if (known !== undefined) markSeen(known);
    },
    onLoaded: refreshSoon,
    onEvents: (events) => events.forEach(apply),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function inOrder(all: readonly ConversationView[]): ConversationView[] {
  return all.toSorted((one, other) => (isAfter(one, other) ? 1 : -1));
}

function isAfter(one: ConversationView, other: ConversationView): boolean {
  if (one.lastUsedAt !== other.lastUsedAt) return one.lastUsedAt < other.lastUsedAt;
  return one.sessionId < other.sessionId;
}

/** Of a call that failed: the gateway's sentence, or `otherwise`. */
export function sentenceOf(error: unknown, otherwise: string): string {
  return error instanceof Refusal ? error.body.message : otherwise;
}

// Two screens of a list.
const PAGE = 50;
const ARCHIVED = 200;
// One glance: longer than what belongs together takes to arrive.
const SOON_MS = 150;
