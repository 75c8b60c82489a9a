/** Turns what the host reports of one turn into what is stored and streamed: coalesced, without the trailer. */

import type { HostUpdate } from '../contract/host.ts';
import { pieces } from '../contract/pieces.ts';
import type { EventBody } from '../contract/records/event.ts';
import type { TurnChange } from '../contract/records/turn.ts';
import { visibleLength } from '../contract/trailer.ts';
import type { TurnEvent, TurnNotice } from '../contract/turn.ts';
import { NO_APPROVALS, openApprovals, withEvent } from '../contract/turn-approvals.ts';

export interface TurnEventWriter {
  take(update: HostUpdate): void;
  /** The gateway's own word, not the host's. */
  changed(tool: string): void;
  /** The agent's text so far, trailer included. */
  readonly answer: string;
  /** The events that have not been written yet; nothing is written automatically after this. */
  finish(): TurnEvent[];
}

export interface TurnEventWriterOptions {
  /** The part of the answer that an earlier gateway stored. */
  known: string;
  /** When the agent received the prompt, where that is already known. */
  deliveredAt: number | null;
  /** Notices that are on record already. */
  notices: readonly TurnNotice[];
  write(events: TurnEvent[], change: TurnChange): void;
  clock(): number;
}

export function createTurnEventWriter({
  known,
  deliveredAt,
  notices,
  write,
  clock,
}: TurnEventWriterOptions): TurnEventWriter {
  let answer = known;
  let shown = known.length;
  let running = false;
  let finished = false;
  let timer: NodeJS.Timeout | null = null;
  let approvals = NO_APPROVALS;
  const noticed = new Set(notices);

  function chunk(): TurnEvent[] {
    const visible = visibleLength(answer);
    if (visible <= shown) return [];
    // An event is bounded, however much text came at once, because a reader may hold many of them.
    const events = [...pieces(answer.slice(shown, visible), shown)];
    shown = visible;
    return events;
  }

  /** Writes at once if nothing was written lately, else a little later with the text that has arrived by then. */
  function showSoon(): void {
    if (timer !== null || finished) return;
    const first = shown === 0;
    const events = chunk();
    if (events.length > 0) write(events, first ? { firstChunkAt: clock() } : {});
    timer = setTimeout(() => {
      timer = null;
      if (visibleLength(answer) > shown) showSoon();
    }, COALESCE_MS);
  }

  /** Text that came before a tool is stored before it. */
  function writeNow(event: TurnEvent, change: TurnChange = {}): void {
    write([...chunk(), event], change);
  }

  return {
    get answer() {
      return answer;
    },
    take(update) {
      switch (update.type) {
        case 'running':
          if (!running) write([{ type: 'running' }], { status: 'running', deliveredAt: deliveredAt ?? clock() });
          running = true;
          break;
        case 'chunk':
          answer = answer.slice(0, update.offset) + update.text;
          showSoon();
          break;
        case 'tool':
          writeNow({ type: 'tool', tool: update.tool });
          break;
        case 'approval':
          approvals = withEvent(approvals, update);
          writeNow({ type: 'approval', approval: update.approval }, { status: 'waiting' });
          break;
        case 'approval-closed':
          approvals = withEvent(approvals, update);
          writeNow(
            { type: 'approval-closed', id: update.id },
            openApprovals(approvals).length === 0 ? { status: 'running' } : {},
          );
          break;
        case 'notice':
          if (noticed.has(update.notice)) break;
          noticed.add(update.notice);
          writeNow(update, { notices: [...noticed] });
          break;
        case 'presence':
          writeNow(update);
      }
    },
    changed: (tool) => writeNow({ type: 'changed', tool }),
    finish() {
      finished = true;
      if (timer !== null) clearTimeout(timer);
      return chunk();
    },
  };
}

export function toBodies(turn: { turnId: string; userId: string }, at: number, events: TurnEvent[]): EventBody[] {
  return events.map((event) => ({ turnId: turn.turnId, userId: turn.userId, at, event }));
}

// 25 updates a second look continuous to a person; each one is a row and a message.
const COALESCE_MS = 40;
