/** Writes down what the agent tells during one turn, within bounds. */
import { appendFileSync } from 'node:fs';
import type { AgentLogEntry } from '../../../contract/agent-log.ts';
import type { ApprovalRequest } from '../../../contract/turn.ts';
import type { SessionUpdate } from '../../../transport/acp.ts';
import type { SubmittedTurn } from '../../session-agent.ts';
import { wordsOf } from '../claude/words.ts';
import { turnLogFile } from '../turn-log.ts';
import { NO_CALL, type ToolCall, withUpdate, wordsOfCall } from './tools.ts';

export class TurnRecorder {
  readonly turnId: string;
  readonly words;
  readonly #file: string;
  readonly #calls = new Map<string, ToolCall>();
  /** Steps as they were told last, by id of their call. */
  readonly #steps = new Map<string, string>();
  #signAt = -Infinity;
  #length = 0;
  /** Something else came after the last text: what follows is another paragraph. */
  #interrupted = false;
  /** The agent's id of its last message. */
  #message: string | null = null;
  #closed = false;

  constructor(turn: SubmittedTurn) {
    this.turnId = turn.turnId;
    this.words = wordsOf(turn.locale);
    this.#file = turnLogFile(turn);
  }

  /** What is known of a call so far. */
  call(id: string): ToolCall {
    return this.#calls.get(id) ?? NO_CALL;
  }

  update(update: SessionUpdate): void {
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        this.#sign();
        if (update.messageId != null && update.messageId !== this.#message) {
          this.#interrupted = this.#length > 0;
          this.#message = update.messageId;
        }
        if (update.content.type === 'text') this.#text(update.content.text);
        return;
      case 'tool_call':
      case 'tool_call_update': {
        this.#sign();
        const { toolCallId: id, status } = update;
        if (!this.#calls.has(id) && this.#calls.size >= MAX_CALLS) return;
        const call = withUpdate(this.call(id), update);
        this.#calls.set(id, call);
        this.#interrupted = this.#length > 0;
        this.#step(id, call, status === 'completed' ? 'done' : status === 'failed' ? 'failed' : 'running');
        return;
      }
      case 'user_message_chunk':
      case 'agent_thought_chunk':
      case 'plan':
        this.#sign();
        return;
      default: // about the session, not about this turn
    }
  }

  asked(approval: ApprovalRequest): void {
    this.#sign();
    this.#write({ event: 'approval', ...approval });
  }

  /** A step that failed without a tool of the agent's. */
  failed(id: string, title: string): void {
    this.#sign();
    this.#write({ event: 'tool', id, title, status: 'failed' });
  }

  answered(id: string): void {
    this.#write({ event: 'approval-closed', id });
  }

  /** The last entry. What comes later belongs to no turn. */
  end(entry: Extract<AgentLogEntry, { event: 'stop' | 'failure' | 'interrupted' }>): void {
    if (entry.event !== 'failure') this.#sign();
    this.#write(entry);
    this.#closed = true;
  }

  /** It has the prompt; and later, that it lives. */
  #sign(): void {
    const now = performance.now();
    if (now - this.#signAt < SIGN_MS) return;
    this.#signAt = now;
    this.#write({ event: 'prompt' });
  }

  #text(text: string): void {
    if (text === '' || this.#length > MAX_TEXT) return;
    const parted = this.#interrupted && text.trim() !== '' ? `\n\n${text}` : text;
    if (parted !== text) this.#interrupted = false;
    this.#length += parted.length;
    // Each entry is one line, which has its own limit.
    for (let at = 0; at < parted.length; at += MAX_DELTA)
      this.#write({ event: 'text', delta: parted.slice(at, at + MAX_DELTA) });
  }

  #step(id: string, call: ToolCall, status: 'running' | 'done' | 'failed'): void {
    const title = wordsOfCall(call, this.words)?.does;
    if (title === undefined) return;
    const step = `${status} ${title}`;
    if (this.#steps.get(id) === step) return;
    this.#steps.set(id, step);
    this.#write({ event: 'tool', id: id.slice(0, MAX_ID), title, status });
  }

  #write(entry: AgentLogEntry): void {
    if (this.#closed) return;
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }
}

// Ten times the longest answer that is kept.
const MAX_TEXT = 32 * 1024 * 1024;
const MAX_DELTA = 64 * 1024;
const MAX_CALLS = 2000;
const MAX_ID = 100;
// Shorter than any silence that ends a turn, and seldom enough for a model that thinks for minutes.
const SIGN_MS = 500;
