/**
 * Claude Code's own record of a conversation, read for one turn. It comes later than the hooks, and it is there when
 * nobody heard those.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { parsePrompt } from './pasted.ts';

/** What a transcript says of a turn by now. */
export interface TurnRecord {
  /** The prompt is in it: evidence that the agent has it. */
  seen: boolean;
  interrupted: boolean;
  messages: RecordedMessage[];
  /** What the terminal says where the model failed; null where it did not. */
  failure: { kind: string; said: string } | null;
  /** Every tool that was called, by its id. */
  tools: Map<string, string>;
}

export interface RecordedMessage {
  id: string;
  model: string;
  text: string;
  stopReason: string | null;
  usage: { input: number; cached: number; output: number };
}

export interface Transcript {
  /** Reads on, and says what is known by now. `grew`: something new was there. */
  read(): { record: TurnRecord; grew: boolean };
  /** Another prompt that belongs to the turn. */
  follow(promptId: string): void;
}

/** `from` is where in the file the turn can't have begun yet. */
export function openTranscript(path: string, turnId: string, from: number): Transcript {
  const record: TurnRecord = { seen: false, interrupted: false, messages: [], failure: null, tools: new Map() };
  const promptIds = new Set<string>();
  const decoder = new StringDecoder('utf8');
  let offset = from;
  let rest = '';
  let ours = false;

  function take(line: string): void {
    if (!LINE.test(line)) return;
    const entry = parse(line);
    if (entry === null || entry.isSidechain === true) return;
    if (entry.type === 'user') takeUser(entry);
    if (entry.type === 'assistant' && ours) takeAssistant(entry);
  }

  function takeUser({ promptId, message }: Line): void {
    const texts = partsOf(message).flatMap((part) => (part.type === 'text' ? [part.text ?? ''] : []));
    const typed = texts.some((text) => parsePrompt(text)?.envelope.turnId === turnId);
    if (typed && promptId !== undefined) promptIds.add(promptId);
    record.seen ||= typed;
    if (promptId !== undefined) ours = promptIds.has(promptId);
    else if (texts.some((text) => parsePrompt(text) !== null)) ours = typed;
    if (ours && texts.some((text) => text.startsWith(INTERRUPTED))) record.interrupted = true;
  }

  function takeAssistant({ message, error }: Line): void {
    const parts = partsOf(message);
    const text = parts.flatMap((part) => (part.type === 'text' && part.text ? [part.text] : [])).join(BETWEEN_BLOCKS);
    if (message?.model === SYNTHETIC) {
      if (text !== '') record.failure = { kind: typeof error === 'string' ? error : 'unknown', said: text };
      return;
    }
    for (const part of parts) if (part.type === 'tool_use' && part.id) record.tools.set(part.id, part.name ?? '');
    const id = message?.id ?? '';
    const known = record.messages.find((one) => one.id === id);
    const usage = {
      input: count(message?.usage?.input_tokens) + count(message?.usage?.cache_creation_input_tokens),
      cached: count(message?.usage?.cache_read_input_tokens),
      output: count(message?.usage?.output_tokens),
    };
    const stopReason = message?.stop_reason ?? null;
    // Each block of a message is a line of its own, with the message's usage by then.
    if (known === undefined) {
      record.messages.push({ id, model: message?.model ?? '', text, stopReason, usage });
      return;
    }
    known.text = [known.text, text].filter(Boolean).join(BETWEEN_BLOCKS);
    known.stopReason = stopReason ?? known.stopReason;
    known.usage = usage;
  }

  return {
    follow: (promptId) => promptIds.add(promptId),
    read() {
      const bytes = readFrom(path, offset);
      offset += bytes.length;
      const lines = (rest + decoder.write(bytes)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
      return { record, grew: bytes.length > 0 };
    },
  };
}

/** The text of a turn as its reader has it: every block, with a blank line between. */
export function textOf({ messages }: TurnRecord): string {
  return messages
    .map(({ text }) => text)
    .filter(Boolean)
    .join(BETWEEN_BLOCKS);
}

/** Whether the model has said its last word: no tool is to be called, and nothing was cut. */
export function isComplete({ messages }: TurnRecord): boolean {
  const reason = messages.at(-1)?.stopReason;
  return reason === 'end_turn' || reason === 'stop_sequence';
}

/** Where a turn that is just being typed can't have begun yet. */
export function sizeOf(path: string): number {
  try {
    const handle = openSync(path, 'r');
    try {
      return fstatSync(handle).size;
    } finally {
      closeSync(handle);
    }
  } catch {
    return 0; // it comes with the first prompt
  }
}

export const BETWEEN_BLOCKS = '\n\n';

interface Line {
  type?: string;
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

function readFrom(path: string, offset: number): Buffer {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(handle).size - offset));
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(handle);
  }
}

// Only these matter; a conversation's file has many others, and long ones.
const LINE = /"type":"(user|assistant)"/;
const SYNTHETIC = '<synthetic>';
const INTERRUPTED = '[Request interrupted by user';
