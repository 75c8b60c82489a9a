/**
 * Claude Code's own record of a conversation, read for one turn. It arrives later than the hooks, and exists even if no
 * hook was received.
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { openOwnFile, sizeOfOwnFile } from '../../own-file.ts';
import { parsePrompt } from './pasted.ts';
import { type Link, type Prompt, promptsOf } from './prompt-links.ts';

/** What a transcript says about a turn so far. */
export interface TurnRecord {
  /** The prompt is in the transcript: evidence that the agent has it. */
  seen: boolean;
  interrupted: boolean;
  messages: RecordedMessage[];
  /** What the terminal shows if the model failed; null if it did not. */
  failure: { kind: string; said: string } | null;
  /** Every called tool, by its id. */
  tools: Map<string, string>;
  /** How many times the hooks for a stop have finished. */
  stops: number;
  /** When the model last wrote something, and when such a hook made it continue: times in ISO 8601. */
  saidAt: string;
  sentOnAt: string;
}

export interface RecordedMessage {
  id: string;
  model: string;
  text: string;
  stopReason: string | null;
  usage: { input: number; cached: number; output: number };
}

/** A transcript's file. The agent says where it is, and may have put anything there. */
export interface TranscriptFile {
  path: string;
  /** Claude Code's configuration directory, which must contain the file. */
  root: string;
}

export interface Transcript {
  /** Reads on, and returns what is known so far. `grew`: there was something new. */
  read(): { record: TurnRecord; grew: boolean };
  /** Adds another prompt that belongs to the turn. */
  follow(promptId: string): void;
}

/**
 * The turn can't have begun before the position `from` in the file. A line may come before the line that it follows:
 * links determine what belongs to a prompt.
 */
export function openTranscript(file: TranscriptFile, turnId: string, from: number): Transcript {
  const promptIds = new Set<string>();
  const links = new Map<string, Link>();
  const lines: LinkedLine[] = [];
  const decoder = new StringDecoder('utf8');
  let offset = from;
  let rest = '';
  let record = readTurn([], turnId);
  let isRead = true;

  function take(line: string): void {
    if (links.size >= MAX_LINES || !LINKED.test(line)) return;
    const entry = parse(line);
    if (entry === null || entry.isSidechain === true) return;
    const link = { parent: entry.parentUuid ?? null, promptId: entry.promptId, turnId: promptOf(entry) };
    links.set(entry.uuid ?? `line ${links.size}`, link);
    if (entry.type === 'user' || entry.type === 'assistant' || isStop(entry)) lines.push({ entry, link });
    if (entry.promptId !== undefined && link.turnId === turnId) promptIds.add(entry.promptId);
  }

  function promptOf(line: Line): string | undefined {
    const turnIds = turnIdsOf(line);
    return turnIds.includes(turnId) ? turnId : turnIds[0];
  }

  return {
    follow(promptId) {
      promptIds.add(promptId);
      isRead = false;
    },
    read() {
      const bytes = readFrom(file, offset, from + MAX_READ_BYTES - offset);
      if (bytes.length === 0 && isRead) return { record, grew: false };
      offset += bytes.length;
      isRead = true;
      const whole = (rest + decoder.write(bytes)).split('\n');
      rest = whole.pop() ?? '';
      for (const line of whole) take(line);
      const followedBy = promptsOf(links);
      const isOurs = (prompt: Prompt) =>
        prompt.turnId === undefined ? promptIds.has(prompt.promptId ?? '') : prompt.turnId === turnId;
      const ours = lines.filter(({ link }) => isOurs(followedBy(link)));
      record = readTurn(
        ours.map(({ entry }) => entry),
        turnId,
      );
      return { record, grew: bytes.length > 0 };
    },
  };
}

function readTurn(lines: Line[], turnId: string): TurnRecord {
  const record: TurnRecord = {
    seen: false,
    interrupted: false,
    messages: [],
    failure: null,
    tools: new Map(),
    stops: 0,
    saidAt: '',
    sentOnAt: '',
  };
  const byId = new Map<string, RecordedMessage>();
  for (const line of lines) {
    if (line.type === 'assistant') takeAssistant(record, byId, line);
    else if (isStop(line)) record.stops++;
    else if (turnIdsOf(line).includes(turnId)) record.seen = true;
    else if (textsOf(line).some((text) => text.startsWith(SENT_ON))) record.sentOnAt = line.timestamp ?? '';
    else if (textsOf(line).some((text) => text.startsWith(INTERRUPTED))) record.interrupted = true;
  }
  return record;
}

function takeAssistant(record: TurnRecord, byId: Map<string, RecordedMessage>, line: Line): void {
  const { message, error } = line;
  const text = textsOf(line).join(BETWEEN_BLOCKS);
  if (message?.model === SYNTHETIC) {
    if (text !== '') record.failure = { kind: typeof error === 'string' ? error : 'unknown', said: text };
    return;
  }
  record.saidAt = line.timestamp ?? '';
  for (const part of partsOf(message))
    if (part.type === 'tool_use' && part.id) record.tools.set(part.id, part.name ?? '');
  const id = message?.id ?? '';
  const usage = {
    input: count(message?.usage?.input_tokens) + count(message?.usage?.cache_creation_input_tokens),
    cached: count(message?.usage?.cache_read_input_tokens),
    output: count(message?.usage?.output_tokens),
  };
  const stopReason = message?.stop_reason ?? null;
  const known = byId.get(id);
  if (known === undefined) {
    const first = { id, model: message?.model ?? '', text, stopReason, usage };
    byId.set(id, first);
    record.messages.push(first);
    return;
  }
  // Each block of a message is a line of its own, with the message's usage so far.
  known.text += known.text === '' || text === '' ? text : `${BETWEEN_BLOCKS}${text}`;
  known.stopReason = stopReason ?? known.stopReason;
  known.usage = usage;
}

/** The turns whose prompt this line is: none for most lines. */
function turnIdsOf(line: Line): string[] {
  if (line.type !== 'user') return [];
  return textsOf(line).flatMap((text) => parsePrompt(text)?.envelope.turnId ?? []);
}

/** The same line for other hooks has a label. */
function isStop({ subtype, hookLabel }: Line): boolean {
  return subtype === STOPS && hookLabel === undefined;
}

function textsOf({ message }: Line): string[] {
  return partsOf(message).flatMap((part) => (part.type === 'text' && part.text ? [part.text] : []));
}

/** The text of a turn as its reader gets it: every block, with a blank line between them. */
export function textOf({ messages }: TurnRecord): string {
  return messages
    .map(({ text }) => text)
    .filter(Boolean)
    .join(BETWEEN_BLOCKS);
}

/** Whether the model has finished: no tool is to be called, and nothing was cut. */
export function isComplete({ messages, saidAt, sentOnAt }: TurnRecord): boolean {
  if (sentOnAt > saidAt) return false;
  const reason = messages.at(-1)?.stopReason;
  return reason === 'end_turn' || reason === 'stop_sequence';
}

/** The position before which a turn that is just being typed can't have begun. */
export function sizeOf({ path, root }: TranscriptFile): number {
  return sizeOfOwnFile(path, root); // 0 before the first prompt
}

/** The turn that a prompt belongs to, from the end of a transcript: the latest with its id. Null if it is not ours. */
export function turnOf(file: TranscriptFile, promptId: string): string | null {
  const lines = readFrom(file, Math.max(0, sizeOf(file) - LOOK_BACK_BYTES), LOOK_BACK_BYTES)
    .toString('utf8')
    .split('\n');
  for (const line of lines.reverse()) {
    if (!line.includes(promptId)) continue;
    const entry = parse(line);
    const turnId = entry?.promptId === promptId ? turnIdsOf(entry)[0] : undefined;
    if (turnId !== undefined) return turnId;
  }
  return null;
}

export const BETWEEN_BLOCKS = '\n\n';

interface LinkedLine {
  entry: Line;
  link: Link;
}

interface Line {
  type?: string;
  subtype?: string;
  hookLabel?: string;
  timestamp?: string;
  uuid?: string;
  parentUuid?: string | null;
  promptId?: string;
  isSidechain?: boolean;
  error?: unknown;
  message?: {
    id?: string;
    model?: string;
    content?: string | Part[];
    stop_reason?: string | null;
    usage?: Record<string, unknown>;
  };
}

interface Part {
  type: string;
  text?: string;
  id?: string;
  name?: string;
}

function parse(line: string): Line | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function partsOf(message: Line['message']): Part[] {
  const content = message?.content ?? [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The content from `offset` on. */
function readFrom({ path, root }: TranscriptFile, offset: number, maxBytes: number): Buffer {
  const handle = openOwnFile(path, root);
  if (handle === null) return Buffer.alloc(0);
  try {
    const bytes = Buffer.alloc(Math.min(Math.max(0, fstatSync(handle).size - offset), maxBytes));
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(handle);
  }
}

// Only these lines belong to the conversation; the file has many others, some of them long.
const LINKED = /"parentUuid":/;
// Longer than any turn; a file that an agent has inflated must neither fill the memory nor block other sessions.
const MAX_READ_BYTES = 64 * 1024 * 1024;
const MAX_LINES = 100_000;
// Longer than the longest prompt and the text of its turn so far.
const LOOK_BACK_BYTES = 4 * 1024 * 1024;
const SYNTHETIC = '<synthetic>';
const INTERRUPTED = '[Request interrupted by user';
const STOPS = 'stop_hook_summary';
const SENT_ON = 'Stop hook feedback:';
