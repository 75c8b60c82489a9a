/** The state of a turn while it runs, and its log. */
import { setTimeout as delay } from 'node:timers/promises';
import { appendToLog, type LogEntry } from './log.ts';
import { MessageText } from './message-text.ts';
import { OpenApprovals } from './open-approvals.ts';
import type { HookPayload } from './payload.ts';
import { callOf, RunningTools } from './running-tools.ts';
import { toolWords } from './tools.ts';
import { type Words, wordsOf } from './words.ts';

export class RecordedTurn {
  readonly turnId: string;
  readonly text: MessageText;
  readonly words: Words;
  readonly approvals = new OpenApprovals();
  /** Whether the current message has called a tool. */
  called = false;
  ended = false;
  readonly #tools = new RunningTools();
  readonly #file: string;
  #room = { entries: MOST_ENTRIES, text: MOST_TEXT };

  constructor(turnId: string, file: string, entries: LogEntry[]) {
    this.turnId = turnId;
    this.#file = file;
    const told = entries.flatMap((entry) => (entry.event === 'text' ? [entry.delta] : [])).join('');
    this.text = new MessageText(told);
    this.words = wordsOf(entries.find((entry) => entry.event === 'bound')?.locale);
    for (const entry of entries) {
      if (entry.event !== 'tool') continue;
      if (entry.status !== 'running') this.#tools.end(entry.id);
      else this.#tools.begin(entry.id, { call: null, helper: undefined, title: entry.title });
    }
  }

  /** Writes nothing once an agent has said more than any turn has to say. */
  write(entries: LogEntry[]): void {
    this.#room.entries -= entries.length;
    for (const entry of entries) if (entry.event === 'text') this.#room.text -= entry.delta.length;
    if (this.#room.entries >= 0 && this.#room.text >= 0) appendToLog(this.#file, entries);
  }

  end(entries: LogEntry[]): void {
    this.ended = true;
    appendToLog(this.#file, entries);
  }

  beginTool(payload: HookPayload): void {
    const { tool_name: name = '', tool_use_id: id = name, agent_id: helper } = payload;
    if (helper === undefined) this.called = true;
    const title = toolWords(name, this.words)?.does ?? null;
    this.#tools.begin(id, { call: callOf(payload), helper, title });
    if (title !== null) this.write([{ event: 'tool', id, title, status: 'running' }]);
  }

  endTool(payload: HookPayload, status: 'done' | 'failed'): void {
    const { tool_name: name = '', tool_use_id: id = name, duration_ms: ms = 0 } = payload;
    this.approvals.closeOf(id, callOf(payload));
    this.write([{ event: 'ran', tool: name, ms }, ...this.toolEnded(id, status)]);
  }

  /** The tool whose permission is being requested. */
  toolOf(payload: HookPayload): string | undefined {
    return this.#tools.find(callOf(payload), this.approvals.toolUses);
  }

  toolEnded(id: string | undefined, status: 'done' | 'failed'): LogEntry[] {
    if (id === undefined) return [];
    const title = this.#tools.end(id)?.title ?? null;
    return title === null ? [] : [{ event: 'tool', id, title, status }];
  }

  /** The agent, or one of its helpers, continues: a tool of its own without a further report was refused. */
  goesOn(helper?: string): LogEntry[] {
    this.approvals.closeAllOf(helper);
    return this.#tools.of(helper).flatMap((id) => this.toolEnded(id, 'failed'));
  }

  /**
   * The last entries once the agent has stopped. The last piece of text may still be on its way. If the agent continues
   * after the turn, its helpers may still ask.
   */
  async close({ goesOn }: { goesOn: boolean }): Promise<LogEntry[]> {
    const own = this.goesOn();
    const deadline = performance.now() + LAST_TEXT_MS;
    while (!this.text.whole && performance.now() < deadline) await delay(LOOK_MS);
    if (!goesOn) this.approvals.answerAll('over');
    const helpers = goesOn ? [] : this.#tools.all().flatMap((id) => this.toolEnded(id, 'failed'));
    return [...own, ...helpers, ...(this.text.whole ? [] : [{ event: 'gap' } as const])];
  }
}

// An answer with one line for each word, and a tool between any two of its lines, has fewer.
const MOST_ENTRIES = 50_000;
// Four times the longest answer that is kept.
const MOST_TEXT = 8 * 1024 * 1024;
// In each test, text came before the stop; pieces that overtake each other are some milliseconds apart.
const LAST_TEXT_MS = 200;
const LOOK_MS = 5;
