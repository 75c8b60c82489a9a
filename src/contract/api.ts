/** The HTTP API's shapes: they validate requests, describe the API, and type the chat page. */
import { z } from 'zod';
import { approvalRequest, decided } from './approval.ts';
import { attachmentTypes, MOST_FILES } from './attachment.ts';
import { errorCode } from './error-code.ts';
import { credentialRefusals } from './errors.ts';
import { LOCALE_PATTERN } from './locales/locale.ts';
import { CHAT_ID_PATTERN, MAX_TITLE_LENGTH, SESSION_PATTERN, TURN_ID_PATTERN } from './names.ts';
import { conversationStates } from './records/session.ts';
import { presences, type TurnEvent, turnNotices, turnStatuses, whenAway } from './turn.ts';

const turnId = z.string().regex(TURN_ID_PATTERN).describe('UUID in lower case');
const chatId = z.string().regex(CHAT_ID_PATTERN);
const conversationId = z.string().regex(SESSION_PATTERN).describe('id of the conversation');
const time = z.int().describe('UTC milliseconds');

/** The body of every error. `message` is for the person who asked, `detail` for the person who can fix it. */
export const errorBody = z.object({
  code: errorCode,
  message: z.string(),
  retryable: z.boolean(),
  detail: z.string().nullable(),
  reason: z.enum(credentialRefusals).optional().describe('with a status of 401: why the credentials are refused'),
  turnId: turnId.optional(),
});
export type ErrorBody = z.infer<typeof errorBody>;

export const feedback = z.strictObject({
  rating: z.enum(['up', 'down']).nullable().describe('null takes it back'),
  comment: z.string().max(2000).default(''),
});
export type Feedback = z.infer<typeof feedback>;

const step = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['running', 'done', 'failed']),
  startedAt: time,
  endedAt: time.nullable(),
});

/** A file of a question. */
export const attachmentView = z.object({
  id: z.uuid(),
  name: z.string().describe('only to be shown'),
  type: z.enum(attachmentTypes).describe('by its content'),
  size: z.int().describe('bytes'),
  sha256: z.string(),
  width: z.int().nullable().describe('of an image, in pixels'),
  height: z.int().nullable(),
});

/** A turn as its user sees it. */
export const turnView = z.object({
  turnId,
  idempotencyKey: z.string().nullable().describe('what the question was sent with; null where it was sent without'),
  sessionId: conversationId,
  status: z.enum(turnStatuses),
  message: z.string(),
  pageOrigin: z.string().nullable(),
  attachments: z.array(attachmentView),
  response: z.string().describe('Markdown without the trailer; what there is of it while the turn runs'),
  usedTools: z.array(z.string()),
  rowsSeen: z.int().nullable(),
  classifierTag: z.string().nullable(),
  chipCount: z.int(),
  responseTokens: z.int().nullable(),
  tokensExact: z.boolean(),
  inputTokens: z.int().nullable(),
  trailerMalformed: z.boolean(),
  notices: z.array(z.enum(turnNotices)).describe('what went on in the agent’s conversation that was not asked here'),
  generation: z.int().describe('a reset of the conversation adds one; the agent does not know what was said before'),
  approvals: z.array(approvalRequest).describe('what the agent waits for'),
  steps: z.array(step).describe('what the agent has done so far; none once the turn has ended'),
  presence: z.enum(presences).describe('whether the agent’s machine can be reached, while the turn runs'),
  decisions: z.array(decided).describe('what was decided in this turn, and by whom'),
  queuePosition: z.int().nullable().describe('1 is next'),
  awayUntil: time.nullable().describe('how long it waits for the agent’s machine, if that is away; null: it fails'),
  startedAt: time,
  deliveredAt: time.nullable(),
  firstChunkAt: time.nullable(),
  finishedAt: time.nullable(),
  durationMs: z.int().nullable(),
  late: z.boolean().describe('the answer arrived after the turn had been given up'),
  error: errorBody.nullable(),
  feedback: feedback.nullable(),
});
export type TurnView = z.infer<typeof turnView>;

/** A URL that a page can have, or a path; whether it is of the application, the gateway decides. */
function isPage(written: string): boolean {
  return PAGE.test(written) && !/[\s\\]/.test(written);
}

const PAGE = /^(?:https?:\/\/(?![^/?#]*@)[^/?#]+|\/(?!\/))/i;

export const askBody = z.strictObject({
  message: z.string().describe('may be empty where files are attached'),
  sessionId: chatId
    .optional()
    .describe('id of the conversation; absent: the one that was used last, or the first one, which begins with it'),
  pageOrigin: z
    .string()
    .trim()
    .max(512)
    .refine(isPage, 'has to be the URL of a page (https://app.example/cases/42), or a path (/cases/42)')
    .optional()
    .describe('the URL of a page of PALIADIN_APP_ORIGINS, or a path there; of another origin it is null in the turn'),
  context: z.string().max(8192).optional(),
  attachments: z
    .array(z.uuid())
    .max(MOST_FILES)
    .optional()
    .describe('ids of files that were uploaded to `/api/attachments` before, each for one question'),
  locale: z.string().regex(LOCALE_PATTERN).optional(),
  whenAway: z
    .enum(whenAway)
    .optional()
    .describe(
      'while the agent’s machine is away: `fail` at once (the default), `wait` for it (PALIADIN_AWAY_LIMIT says how long), ' +
        'or go on `elsewhere`, with a new conversation, where the owner has named other hosts',
    ),
});
export type AskBody = z.infer<typeof askBody>;

export const historyQuery = z.strictObject({
  sessionId: chatId.optional().describe('of this conversation only'),
  before: turnId.optional().describe('turns older than this one'),
  search: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'each word of it, at most eight, begins a word of question or answer, in whichever chat; of a script without spaces ' +
        'between words it may be anywhere; case and accents do not matter',
    ),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export type HistoryQuery = z.infer<typeof historyQuery>;

/** Newest first. */
export const historyPage = z.object({
  turns: z.array(turnView),
  nextBefore: turnId
    .nullable()
    .describe('`before` of the next page; null: there is none. A page may have fewer turns than asked for, and none'),
  cursor: z.int().describe('follow the event stream from here (`?after=`) and nothing is missed'),
});
export type HistoryPage = z.infer<typeof historyPage>;

// ── Conversations ─────────────────────────────────────────────────────────────────────────────────────────────────

const title = z
  .string()
  .trim()
  .min(1)
  .max(MAX_TITLE_LENGTH)
  .regex(/^\P{Cc}*$/u, 'has to be one line, without control characters');

/** A conversation as its user sees it. */
export const conversationView = z.object({
  sessionId: conversationId,
  title: z.string().nullable().describe('the first question, shortened, until it is renamed; null before that'),
  state: z
    .enum(conversationStates)
    .describe('`waiting`: for a decision of its user; `queued`: nothing is under way yet, and a question waits'),
  unread: z.boolean().describe('an answer has come since its user last looked at it'),
  archivedAt: time.nullable().describe('a question takes it out of the archive'),
  createdAt: time,
  lastUsedAt: time.describe('its last question'),
  generation: z.int().describe('a reset adds one'),
  moved: z.boolean().describe('this generation began with a move to another host'),
});
export type ConversationView = z.infer<typeof conversationView>;

export const conversationsQuery = z.strictObject({
  archived: z.stringbool().default(false).describe('those in the archive instead'),
  search: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('each word of it begins a word of the title; in the archive too'),
  before: z
    .string()
    .regex(/^\d{1,15}\.[a-z0-9][a-z0-9_-]{0,63}$/, 'has to be the `nextBefore` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type ConversationsQuery = z.infer<typeof conversationsQuery>;

/** Last used first. */
export const conversationsPage = z.object({
  conversations: z.array(conversationView),
  nextBefore: z.string().nullable().describe('`before` of the next page; null: there is none'),
});
export type ConversationsPage = z.infer<typeof conversationsPage>;

export const newConversation = z.strictObject({
  title: title.optional().describe('without it, the first question is the title'),
});

export const conversationPatch = z
  .strictObject({
    title: title.optional(),
    archived: z.boolean().optional(),
    seen: z.literal(true).optional().describe('all answers until now were seen'),
  })
  .refine((change) => Object.keys(change).length > 0, 'has to change something: title, archived, seen');
export type ConversationPatch = z.infer<typeof conversationPatch>;

export const conversationParams = z.object({ sessionId: conversationId });

export const conversationDeleted = z.object({
  turns: z.int().describe('how many turns went with it'),
  hostAway: z.boolean().describe('its files on the agent’s machine go when that is back'),
});
export type ConversationDeleted = z.infer<typeof conversationDeleted>;

export const me = z.object({
  user: z.object({
    id: z.uuid(),
    name: z.string(),
    role: z.enum(['owner', 'admin', 'member']),
    locale: z.string().nullable(),
  }),
  /** Whether this user may ask questions, and if not, why. */
  canAsk: z.boolean(),
  whyNot: errorBody.nullable(),
  backend: z.enum(['local', 'remote', 'disabled']),
  agent: z.string().nullable(),
  session: z.object({
    name: z.string(),
    generation: z.int(),
    moved: z.boolean().describe('this conversation began with a move to another host'),
  }),
  conversations: z.enum(['one', 'many']).describe('how many conversations a user may have; `session` is the last used'),
  elsewhere: z.boolean().describe('questions can go on on another host while this user’s is away'),
  starters: z.array(z.string()).describe('questions to begin with'),
  appOrigins: z.array(z.string()).describe('of the application’s own pages: `pageOrigin` and chips are of these alone'),
  limits: z.object({
    messageBytes: z.int(),
    attachments: z
      .object({ count: z.int(), bytes: z.int() })
      .describe('files of a question, and bytes of each; a count of 0: none'),
  }),
});
export type Me = z.infer<typeof me>;

export const codeBody = z.strictObject({
  code: z.string().min(1).max(200),
  replace: z.boolean().default(false).describe('also where somebody else is signed in in this browser'),
});

export const signedIn = z.object({
  signedIn: z.literal(true),
  sessionKey: z
    .string()
    .describe('the page keeps it, and sends it as X-Paliadin-Session-Key; the cookie alone is nothing'),
});
export type SignedIn = z.infer<typeof signedIn>;

/** The answer when another user is signed in already: nothing has changed, and the code is not used up. */
export const wouldReplace = z.object({
  signedIn: z.literal(false),
  signedInAs: z.string().describe('who is signed in in this browser now'),
  linkFor: z.string().describe('whom the code would sign in; send it with `replace` to do so'),
});
export type WouldReplace = z.infer<typeof wouldReplace>;

/** The limit is what fits into a header. */
export const tokenBody = z.strictObject({
  token: z.string().min(1).max(20_000),
  replace: z.boolean().default(true).describe('false: not where somebody else is signed in in this browser'),
});

export const embedBody = z.strictObject({ token: z.string().min(1).max(20_000) });

export const embedded = z.object({
  bearer: z.string().describe('for Authorization: Bearer …; to be held in memory alone'),
  expiresAt: time.describe('with the token; a new token gives a new one'),
  userId: z.uuid(),
});
export type Embedded = z.infer<typeof embedded>;

/** Sign-in methods beside the one-time link, which always works. */
export const signInWays = z.object({
  application: z.boolean().describe('by a token that the application signs'),
  applicationUrl: z.string().nullable().describe('where the application is, PALIADIN_APP_URL'),
  proxy: z.boolean().describe('by a proxy that says who its user is'),
  lapsed: z
    .enum(['ended', 'update'])
    .nullable()
    .describe('this browser was signed in: its sign-in has ended or is not whole, or it is from before an update'),
});
export type SignInWays = z.infer<typeof signInWays>;

export const signOutBody = z.strictObject({ everywhere: z.boolean().default(false) });
export const adminSignOutBody = z.strictObject({ tokens: z.boolean().default(false).describe('API tokens too') });
export const signedOut = z.object({ browsers: z.int(), tokens: z.int() });

/** Whether questions can be answered, and if not, why. */
export const readiness = z.object({
  ready: z.boolean(),
  reasons: z.array(errorBody.extend({ part: z.enum(['store', 'backend']) })),
  hosts: z
    .array(
      z.object({
        backend: z.enum(['local', 'remote', 'disabled']),
        name: z.string(),
        /** `channel`: one open connection. `verbs`: an older shim, with one connection for each call and no streaming. */
        mode: z.enum(['channel', 'verbs']).nullable().describe('null before the first contact'),
        version: z.string().nullable().describe('of Paliadin on the host'),
        agent: z.string().nullable(),
      }),
    )
    .nullable()
    .describe('for a signed-in owner; null for anybody else'),
});

export const resetResult = z.object({ session: z.string(), generation: z.int() });
export type ResetResult = z.infer<typeof resetResult>;

/**
 * What the event streams carry: the SSE `event` is the type, `id` a number that only grows, `data` this.
 * `finished` and `late` carry the whole turn, so a reader does not need the earlier events that it missed.
 * The stream's own `reconnect` (no id, `Reconnect` as its data) is its last message, and says why it ends.
 */
export type StreamedEvent = { turnId: string; at: number } & (
  | Exclude<TurnEvent, { type: 'finished' | 'late' }>
  | { type: 'accepted'; turn: TurnView }
  | { type: 'finished' | 'late'; turn: TurnView }
  | { type: 'feedback'; turn: TurnView }
  /** `moved`: the conversation went to another host, and its last turns go with it. */
  | { type: 'reset'; generation: number; moved?: boolean; sessionId?: string }
  /** As it is now: new, renamed, archived, seen. Null: it was deleted. */
  | { type: 'conversation'; sessionId: string; conversation: ConversationView | null }
);

/**
 * Why a stream ends before its time. `token_expired`: come back with a new token, from where the stream was. `signed_out`:
 * the sign-in was ended, or gives no access any more. `server_stopping`, `failed`: come back a moment later.
 */
export const reconnectReasons = ['token_expired', 'signed_out', 'server_stopping', 'failed'] as const;
export type ReconnectReason = (typeof reconnectReasons)[number];

export interface Reconnect {
  reason: ReconnectReason;
}
