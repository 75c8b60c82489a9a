/** What a person asks and what comes back: the shapes that every part of Paliadin shares. */
/** One question, as `turn/` takes it: parsed and authenticated, not yet sanitised. */
export interface TurnRequest {
  /** Paliadin's own id of the user (UUID). */
  userId: string;
  /** The conversation that the question is for; absent: the one that was used last. */
  sessionId?: string | undefined;
  /** `sessionId` is an id of the client's own making: where no question had it yet, a further conversation begins. */
  begins?: boolean | undefined;
  /** The question, at most `MAX_MESSAGE_BYTES` of UTF-8 once sanitised. */
  message: string;
  /** Where in the application the question was asked. Untrusted, shown to the agent as context. */
  pageOrigin?: string | undefined;
  /** What the page shows, as text. Untrusted, quoted below the question. */
  context?: string | undefined;
  /** Ids of files that the user has uploaded. */
  attachments?: readonly string[] | undefined;
  /** BCP 47 tag of the language the person reads. */
  locale?: string | undefined;
  /** What to do while the agent's host is away; `fail` where it does not say. */
  whenAway?: WhenAway | undefined;
}

/**
 * `fail` at once; `wait` until the host is back, at most for a time that the owner sets; go on `elsewhere`, on the next
 * host of the owner's order, with a new conversation.
 */
export const whenAway = ['fail', 'wait', 'elsewhere'] as const;

export type WhenAway = (typeof whenAway)[number];

/** `queued → delivering → running ⇄ waiting → completed | failed | cancelled | unknown` */
export const turnStatuses = [
  'queued',
  'delivering',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'unknown',
] as const;

export type TurnStatus = (typeof turnStatuses)[number];

/** The statuses from which a turn never moves again. */
export const finalStatuses = ['completed', 'failed', 'cancelled', 'unknown'] as const satisfies readonly TurnStatus[];

export function isFinal(status: TurnStatus): boolean {
  return (finalStatuses as readonly TurnStatus[]).includes(status);
}

/** What the agent reports about its own work in the trailer. */
export interface TrailerMeta {
  usedTools: string[];
  /** Rows of the application's data that the agent looked at; null where it did not say. */
  rowsSeen: number | null;
  classifierTag: string | null;
}

/** The result of an answered turn. */
export interface TurnResult extends TrailerMeta {
  turnId: string;
  /** Markdown, without the trailer. */
  response: string;
  chipCount: number;
  /** Tokens of the response: the agent's own count where it gave one. */
  responseTokens: number;
  tokensExact: boolean;
  /** Tokens that the question cost, where the agent reports them. */
  inputTokens: number | null;
  trailerMalformed: boolean;
  /** From the audit row to the end, in milliseconds of a monotonic clock. */
  durationMs: number;
}

/** A step of the agent's work, shown while the answer is made. */
export interface ToolProgress {
  id: string;
  /** In words, ready to show: `Searching cases`. */
  title: string;
  status: 'running' | 'done' | 'failed';
}

/** Something that the agent may not do without a person's permission, or a question that it asks. */
export interface ApprovalRequest {
  id: string;
  /** In words, ready to show: `Allow: run a command?` */
  title: string;
  /** Empty where a question is answered by its own options, or in words. */
  options: { id: string; label: string }[];
  /** `permission` unless it says otherwise. */
  kind?: 'permission' | 'question' | undefined;
  /** The tool's own name: `Bash`, `mcp__mail__send`. The host's policy uses it. */
  tool?: string | undefined;
  /** The tool's whole input, field by field. Written by the agent: shown, never interpreted. */
  fields?: ApprovalField[] | undefined;
  /**
   * How much of the request is left out because it is longer than anybody reads. Where something is missing nothing can
   * be allowed: the host offers `deny` alone, and accepts nothing else.
   */
  missing?: Missing | undefined;
  /**
   * What would be done, as plain text: for clients that do not know `fields`, and the only description where those are
   * absent.
   */
  detail?: string | undefined;
  /** What would be changed, as a unified diff. */
  diff?: string | undefined;
  /** What the agent asks, where it is more than one thing, or where a free answer is possible. */
  questions?: AgentQuestion[] | undefined;
}

/** One value of a tool's input, as the agent wrote it: the page still has to make invisible characters visible. */
export interface ApprovalField {
  /** Its path, by keys and indexes: `command`, or `edits`, 0, `new_string`. */
  path: (string | number)[];
  /** A string as it is, from its beginning; any other value as JSON. */
  text: string;
  /** For a string: UTF-16 units of the whole. More than `text` has where its end is missing. */
  length?: number | undefined;
  /** What a change removes or adds; `warning` for what lifts a limit. */
  look?: 'removed' | 'added' | 'warning' | undefined;
}

export interface Missing {
  /** UTF-16 units. */
  characters: number;
  /** Fields that are not shown at all. */
  fields: number;
}

export interface AgentQuestion {
  question: string;
  /** The topic, in a word. */
  header?: string | undefined;
  options: QuestionOption[];
  /** Several options may be chosen. */
  several: boolean;
}

export interface QuestionOption {
  label: string;
  description?: string | undefined;
  /** What this option would result in, as plain text. */
  preview?: string | undefined;
}

/** What a person says to an `ApprovalRequest`. */
export interface Decision {
  /** Id of one of its options. */
  option: string;
  /** Why, for the agent. */
  message?: string | undefined;
  /** By question: the option that was chosen, or the text that was written. */
  answers?: Record<string, string> | undefined;
}

/** What the person saw when they decided. */
export type DecidedOn = Pick<ApprovalRequest, 'fields' | 'missing' | 'detail' | 'diff' | 'questions'>;

/**
 * A person in the browser, the setting that says who may decide, the time limit, or somebody at the agent's terminal.
 */
export type DecidedBy = 'user' | 'policy' | 'timeout' | 'terminal';

/** What was decided, and by whom: stored with the turn. */
export interface Decided extends Omit<Decision, 'option'> {
  /**
   * The request's id, title, tool and kind; with the `DecidedOn` fields, all that was shown, where they are to be
   * inspected.
   */
  approval: Pick<ApprovalRequest, 'id' | 'title' | 'tool'> & { kind: 'permission' | 'question' } & Partial<DecidedOn>;
  /** Null where somebody answered first at the terminal. */
  option: string | null;
  by: DecidedBy;
}

/**
 * What else happened in the agent's conversation around a turn: it began anew, because the agent had lost what was said
 * before; it moved to another host, and got the last turns before; somebody typed at its terminal; the agent went on
 * with a task of its own.
 */
export const turnNotices = ['new-conversation', 'moved', 'terminal', 'background'] as const;

export type TurnNotice = (typeof turnNotices)[number];

/** The option that every request for permission has, and the default when nobody decides. */
export const DENY = 'deny';

/** `silent`: the host is connected and does not answer. `away`: the connection is broken, and is being reopened. */
export const presences = ['here', 'silent', 'away'] as const;

export type Presence = (typeof presences)[number];

/**
 * What happens to a turn, in order. This is what is stored, streamed and replayed.
 *
 * A chunk carries its position in the response (`offset`, in UTF-16 units), so a reader that receives
 * it twice writes the same text to the same position.
 */
export type TurnEvent =
  | { type: 'queued'; position: number }
  | { type: 'delivering' }
  | { type: 'running' }
  | { type: 'chunk'; offset: number; text: string }
  | { type: 'tool'; tool: ToolProgress }
  | { type: 'approval'; approval: ApprovalRequest }
  | { type: 'approval-closed'; id: string }
  | ({ type: 'decided' } & Decided)
  | { type: 'notice'; notice: TurnNotice }
  /** A tool of the application's, one that may change something, was called with success: what its pages show may be old. */
  | { type: 'changed'; tool: string }
  /** Whether the host of a running turn can be reached. */
  | { type: 'presence'; presence: Presence }
  | { type: 'finished'; status: TurnStatus }
  /** The answer of a turn that had timed out arrived after all. */
  | { type: 'late' };
