/**
 * What Paliadin keeps: users, turns, their events, conversations, ways in. One interface; the
 * implementation beside it speaks SQL through Kysely.
 *
 * Every method throws PaliadinError `store_unavailable` when the database does not do what it should
 * (disk full, file corrupt, server away). Times are UTC milliseconds.
 */
import type { AuditAction } from '../contract/admin.ts';
import type { Feedback } from '../contract/api.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { Scope } from '../contract/scopes.ts';
import type { Decided, TrailerMeta, TurnEvent, TurnNotice, TurnStatus } from '../contract/turn.ts';
import type { ToolUse } from '../contract/turn-cost.ts';

export type Role = 'owner' | 'admin' | 'member';

export interface User {
  id: string;
  /** The name by which the way in knows the user: `anna` here, `jwt:…` by an application's token, `proxy:…` by a proxy. */
  subject: string;
  name: string;
  email: string | null;
  role: Role;
  locale: string | null;
  createdAt: number;
  disabledAt: number | null;
  /** Signed in everywhere anew since: what an application's token said before this doesn't count. */
  signedOutAt: number | null;
  /** Questions a day; null: as many as they like. */
  dailyQuota: number | null;
}

/** A user's persistent conversation with the agent. */
export interface AgentSession {
  /** Unique; also the name of the tmux session. */
  name: string;
  userId: string;
  host: string;
  /** A reset adds one. Turns of different generations are different conversations. */
  generation: number;
  createdAt: number;
  lastUsedAt: number;
}

/** The audit row. */
export interface Turn extends TrailerMeta {
  turnId: string;
  userId: string;
  sessionId: string;
  agentSession: string;
  generation: number;
  host: string;
  idempotencyKey: string | null;
  /** Of everything the request said, to tell a repetition from another question under the same key. */
  requestHash: string;
  status: TurnStatus;
  message: string;
  pageOrigin: string | null;
  context: string | null;
  locale: string | null;
  startedAt: number;
  /** Its turn came in the queue, and it went to the host. */
  handedOverAt: number | null;
  deliveredAt: number | null;
  firstChunkAt: number | null;
  finishedAt: number | null;
  durationMs: number | null;
  response: string;
  /** What the agent wrote after the response; null where that was not kept. */
  trailer: string | null;
  responseTokens: number | null;
  /** The agent's own count; otherwise an estimate by the length of the answer. */
  tokensExact: boolean;
  /** All that the model read, `cachedTokens` of it from its cache. */
  inputTokens: number | null;
  cachedTokens: number | null;
  model: string | null;
  /** What was used, by the agent's own record; `usedTools` is what the answer claims. Null where nothing exact is known. */
  tools: ToolUse[] | null;
  chipCount: number;
  trailerMalformed: boolean;
  /** The answer arrived after the turn had been given up. */
  late: boolean;
  errorCode: ErrorCode | null;
  errorDetail: string | null;
  notices: TurnNotice[];
  /** The host knows that the outcome is on record, and has told what the turn took. */
  settled: boolean;
  /** Grows with every gateway start; the host refuses an older one. */
  fence: number;
  feedback: Feedback | null;
}

/** What is known of a turn before anything happens to it. */
export type NewTurn = Pick<
  Turn,
  | 'turnId'
  | 'userId'
  | 'sessionId'
  | 'agentSession'
  | 'generation'
  | 'host'
  | 'idempotencyKey'
  | 'requestHash'
  | 'message'
  | 'pageOrigin'
  | 'context'
  | 'locale'
  | 'startedAt'
  | 'fence'
>;

/** What may change in a turn once it exists. */
export type TurnChange = Partial<Omit<Turn, keyof Omit<NewTurn, 'fence'>>>;

/** An event as it is kept. `id` only grows, over all turns: the SSE id. */
export interface StoredEvent {
  id: number;
  turnId: string;
  userId: string;
  at: number;
  event: TurnEvent | { type: 'accepted' } | { type: 'feedback' } | { type: 'reset'; generation: number };
}

export type EventBody = Omit<StoredEvent, 'id'>;

/** A change of a turn and what is told about it, in one transaction. */
export interface TurnWrite {
  turnId: string;
  change: TurnChange;
  events: EventBody[];
  /**
   * Nothing but progress, which need not survive a power cut, only the end of the process: what a power cut
   * takes of it, the host still has.
   */
  progress?: boolean;
}

export interface TurnStore {
  /**
   * Inserts the audit row, status `queued`, and its `accepted` event. Where the user has used the
   * idempotency key before, nothing is inserted and that turn is returned with `inserted: false`
   * (and no event).
   *
   * @throws PaliadinError `quota_reached` where the user has asked as often as they may in a day.
   */
  insert(turn: NewTurn): Promise<{ turn: Turn; inserted: true; event: StoredEvent } | { turn: Turn; inserted: false }>;
  get(turnId: string): Promise<Turn | null>;
  byKey(userId: string, idempotencyKey: string): Promise<Turn | null>;
  /**
   * Several turns' changes and events in one transaction, so that a busy gateway pays one fsync for many.
   *
   * @throws PaliadinError `conflict` where another turn of the session is at work (`delivering`, `running`,
   *   `waiting`), `not_found` for a turn that is not there; nothing of the call is kept then.
   */
  write(writes: TurnWrite[]): Promise<StoredEvent[]>;
  /**
   * Newest first. `before` is a turn id of the same user. A page also ends where it holds a megabyte, or where a search has
   * looked at as much as it may at once: then it may be empty.
   *
   * @throws PaliadinError `bad_request` for a search that asks for too much.
   */
  history(query: {
    userId: string;
    sessionId?: string;
    before?: string;
    /** See `TurnFilter`. */
    search?: string;
    limit: number;
  }): Promise<TurnPage>;
  /** Turns that a crash may have left open, oldest first. */
  open(): Promise<Turn[]>;
  /** As `open`, of one user. */
  openOf(userId: string): Promise<Turn[]>;
  /** The ids of those whose user is disabled. */
  openOfDisabled(): Promise<string[]>;
  /** Turns that ended since `since` with one of `GIVEN_UP` and have no answer, though the agent may have had the prompt. */
  awaitingLateAnswer(since: number): Promise<Turn[]>;
  /** Turns that ended since `since`, and of which the host has not been told that they are on record. */
  unsettled(since: number): Promise<Turn[]>;
  /** Newest first, a page at a time. @throws PaliadinError `not_found` for a `before` that is not there. */
  list(query: TurnFilter & { before?: string | undefined; limit: number }): Promise<TurnLine[]>;
  /** As `list`, in full, for exports. */
  listWhole(query: TurnFilter & { before?: string | undefined; limit: number }): Promise<Turn[]>;
  /** Of the turns that have ended, from the figures that are kept by the hour. */
  stats(query: StatsQuery): Promise<TurnStats>;
  /** How many there are that have not ended. */
  countOpen(userId?: string): Promise<number>;
  /**
   * Deletes turns that ended before `before`, with all that was said in them, at most `limit`. What was counted stays.
   * Returns how many.
   */
  deleteOld(before: number, limit: number, by: By): Promise<number>;
}

export interface TurnPage {
  turns: Turn[];
  /** The `before` of the next page; null where this is the last. */
  next: string | null;
}

export interface TurnFilter {
  userId?: string | undefined;
  status?: TurnStatus | 'open' | undefined;
  code?: ErrorCode | undefined;
  tag?: string | undefined;
  /** Accepted at this time or later. */
  from?: number | undefined;
  /** Accepted before this time. */
  to?: number | undefined;
  /** Each word of it begins a word of question or answer; one of less than three letters is one. Case and accents do not matter. */
  search?: string | undefined;
}

/** What a list shows of a turn. */
export interface TurnLine
  extends Pick<
    Turn,
    | 'turnId'
    | 'userId'
    | 'agentSession'
    | 'generation'
    | 'host'
    | 'status'
    | 'late'
    | 'startedAt'
    | 'firstChunkAt'
    | 'finishedAt'
    | 'durationMs'
    | 'errorCode'
    | 'classifierTag'
    | 'usedTools'
    | 'tools'
    | 'model'
    | 'rowsSeen'
    | 'chipCount'
    | 'responseTokens'
    | 'tokensExact'
    | 'feedback'
  > {
  /** The beginning of the question. */
  question: string;
}

/** Codes that say nothing about what the agent does: it may still answer. */
export const GIVEN_UP = [
  'timeout',
  'outcome_unknown',
  'mriver_unreachable',
  'host_key_changed',
  'shim_auth_failed',
  'shim_outdated',
  'shim_error',
] as const satisfies readonly ErrorCode[];

/** A stretch of time, cut into buckets. Times are whole hours. */
export interface StatsQuery {
  from: number;
  to: number;
  /** Width of a bucket: hours × 3,600,000. */
  bucketMs: number;
  userId?: string | undefined;
}

export interface TurnStats {
  /** One for each bucket in which a turn was accepted, oldest first. */
  buckets: (Counted & { from: number; activeUsers: number })[];
  total: Counted & { activeUsers: number };
  /** Who asked most, first. */
  users: { userId: string; turns: number; failed: number }[];
}

/** What was counted in a stretch of time. */
export interface Counted {
  turns: number;
  byStatus: Partial<Record<TurnStatus, number>>;
  byCode: Partial<Record<ErrorCode, number>>;
  byTool: Record<string, number>;
  byTag: Record<string, number>;
  inputTokens: number;
  outputTokens: number;
  ratedUp: number;
  ratedDown: number;
  allowed: number;
  denied: number;
  late: number;
  /** Milliseconds, of completed turns, within 5 %; null where there are none. */
  total: { p50: number | null; p95: number | null };
  /** From acceptance to the first text. */
  firstText: { p50: number | null; p95: number | null };
}

export interface EventStore {
  /** Events outside a turn's life (`feedback`, `reset`). */
  append(event: EventBody): Promise<StoredEvent>;
  /** Oldest first, ids greater than `after`. One of `userId`, `turnId`. */
  after(query: { userId: string; turnId?: string; after: number; limit: number }): Promise<StoredEvent[]>;
  /** What was decided in the turn, oldest first. It is not dropped. */
  decided(turnId: string): Promise<(Decided & { at: number })[]>;
  /** The newest id there is; 0 in an empty store. */
  lastId(): Promise<number>;
  /** Drops the chunks and progress of turns that were final before `before`. Returns how many went. */
  prune(before: number): Promise<number>;
}

export interface SessionStore {
  /**
   * The user's conversation, made on first use: `<prefix>-<8 hex>`, with more digits where another
   * user's id begins alike. On another host than before the conversation begins anew: one generation more.
   */
  ofUser(user: { id: string }, options: { prefix: string; host: string; now: number }): Promise<AgentSession>;
  /** Adds one to the generation. @throws PaliadinError `not_found` */
  startOver(name: string, by: By): Promise<AgentSession>;
  get(name: string): Promise<AgentSession | null>;
  list(): Promise<(AgentSession & { subject: string })[]>;
}

export interface UserStore {
  /** Finds the user by subject, or creates one. An existing user is returned as it is. */
  ensure(user: {
    subject: string;
    name?: string;
    email?: string | null;
    locale?: string | null;
    role?: Role;
    now: number;
  }): Promise<{ user: User; created: boolean }>;
  get(id: string): Promise<User | null>;
  bySubject(subject: string): Promise<User | null>;
  list(): Promise<User[]>;
  /** What the way in says of them now. @throws PaliadinError `not_found`, as the next four do */
  describe(id: string, says: Pick<User, 'name' | 'email' | 'locale'>): Promise<User>;
  setRole(id: string, role: Role, by: By): Promise<User>;
  /** Whoever is disabled is not let in, by whatever way, and is told so; streams of theirs end within seconds. */
  disable(id: string, by: By): Promise<User>;
  /** They have to sign in again everywhere; their API tokens go on. */
  enable(id: string, by: By): Promise<User>;
  setQuota(id: string, dailyQuota: number | null, by: By): Promise<User>;
  /** Makes this user the only owner, and enabled; whoever was one before is a member from now on. */
  setOwner(id: string, by: By): Promise<User>;
  /** All, with what they did lately. `today` is when the day began. */
  overview(today: number): Promise<UserOverview[]>;
  /**
   * Deletes the user and all that they said. What was counted stays, without them; so do their rows in the audit log.
   * `erased: false`: somebody who reads the database just now keeps its log from being emptied; that is done later.
   * @throws PaliadinError `not_found`; `conflict` while one of their turns is open.
   */
  remove(id: string, by: By): Promise<{ turns: number; erased: boolean }>;
}

/** Who does it, and when: for the audit log. `actor` is a user's id, or `gateway`, `host`, `cli`, `anonymous`. */
export interface By {
  actor: string;
  at: number;
}

export interface UserOverview extends User {
  lastSeenAt: number | null;
  turnsToday: number;
  /** All that were accepted: waiting, under way, ended, and deleted since. */
  turns: number;
}

/** Something that is put on record in the audit log. */
export interface AuditEntry {
  at: number;
  actor: string;
  action: AuditAction;
  /** Id of the user whom it is about. */
  subject: string | null;
  turnId: string | null;
  /** Codes, roles, names: nothing of what was said, and no secret. */
  detail: Record<string, string | number | boolean | null>;
}

export interface AuditRow extends AuditEntry {
  /** 1, 2, 3 …, without a gap. */
  seq: number;
  contentHash: string | null;
  /** Of the row before; empty in the first. */
  previous: string;
  hash: string;
}

export interface AuditHead {
  seq: number;
  hash: string;
}

export interface AuditFilter {
  action?: AuditAction | undefined;
  /** Who did it, or whom it is about. */
  userId?: string | undefined;
  turnId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

export interface ChainCheck {
  /** The last row that fits. */
  head: AuditHead | null;
  /** How many rows were looked at. */
  rows: number;
  /** The first that does not fit. */
  broken: { seq: number; why: string } | null;
}

/** What nobody changes: rows are added, and each holds the hash of the one before. */
export interface AuditStore {
  append(entries: AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(query: AuditFilter & { before?: number | undefined; limit: number }): Promise<AuditRow[]>;
  /** Oldest first: what is about the user, or what they did. */
  ofUser(userId: string): Promise<AuditRow[]>;
  /** The newest row; null of an empty log. */
  head(): Promise<AuditHead | null>;
  /**
   * Walks the chain, from after a row that is known to be good. With `contents` it also compares what was said in the
   * turns that are still there.
   */
  verify(options: { after?: AuditHead | undefined; contents: boolean }): Promise<ChainCheck>;
}

/** By which way a browser came in: a one-time code, or an application's token. */
export type BrowserWay = 'code' | 'jwt';

export interface BrowserSession {
  /** Of the cookie. */
  hash: string;
  /** Of the session key that the page holds; empty in sessions from before there were any. */
  keyHash: string;
  userId: string;
  createdAt: number;
  expiresAt: number;
  way: BrowserWay;
  /** Of the key that the application's token was signed with. */
  keyDigest: string | null;
}

export interface ApiToken {
  /** The beginning of the hash, by which a person names a token. */
  id: string;
  userId: string;
  name: string;
  scopes: Scope[];
  createdAt: number;
  /** To the hour. */
  lastUsedAt: number | null;
  expiresAt: number | null;
}

/** What lets somebody in. Secrets are 128 bits or more, and only their SHA-256 is kept. */
export interface SignInStore {
  /** A one-time code that signs in as the user until `expiresAt`. */
  addCode(code: { hash: string; userId: string; createdAt: number; expiresAt: number }): Promise<void>;
  /** Whom the code signs in, without using it up; null where `takeCode` would find nobody. */
  byCode(hash: string, now: number): Promise<User | null>;
  /** Uses the code up; null where there is none, it is used, or it is too old. */
  takeCode(hash: string, now: number): Promise<User | null>;
  addBrowserSession(session: BrowserSession): Promise<void>;
  /** The session that has both secrets. `hashes` are those of all cookies that a browser sent under our name. */
  byBrowserSession(
    secrets: { hashes: readonly string[]; keyHash: string },
    now: number,
  ): Promise<{ user: User; hash: string } | null>;
  /** Whether one of the cookies is of a session from before there were session keys. */
  hasSessionWithoutKey(hashes: readonly string[]): Promise<boolean>;
  dropBrowserSession(hash: string): Promise<void>;
  /** Drops the sessions of this way whose key is another one. Returns how many went. */
  dropBrowserSessionsOfOtherKeys(way: BrowserWay, keyDigest: string | null): Promise<number>;
  /** How many browsers of the user are signed in. */
  countBrowserSessions(userId: string, now: number): Promise<number>;
  addToken(token: {
    hash: string;
    userId: string;
    name: string;
    scopes: readonly Scope[];
    createdAt: number;
    expiresAt: number | null;
  }): Promise<void>;
  byToken(hash: string, now: number): Promise<{ user: User; scopes: Scope[] } | null>;
  /** Oldest first; those that have expired too. */
  tokens(query?: { userId?: string }): Promise<ApiToken[]>;
  /** @throws PaliadinError `not_found`, `conflict` where more than one token begins so. */
  dropToken(id: string, by: By): Promise<ApiToken>;
  /**
   * Ends the user's browser sessions and codes, and what applications' tokens said before now; with `tokens` their API
   * tokens as well.
   */
  signOutEverywhere(
    userId: string,
    options: { now: number; tokens: boolean; actor: string },
  ): Promise<{ browsers: number; tokens: number }>;
}

export interface Store {
  /** What it is kept in, for people: name and version. */
  readonly database: string;
  turns: TurnStore;
  events: EventStore;
  sessions: SessionStore;
  users: UserStore;
  signIn: SignInStore;
  audit: AuditStore;
  /** The next fencing number: greater than any this store ever gave. */
  nextFence(): Promise<number>;
  /** Throws when the store can't be written. */
  check(): Promise<void>;
  close(): Promise<void>;
}
