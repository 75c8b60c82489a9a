/** The states of a turn in words: for the progress line, and for whoever listens to the status region. */
import { DENY } from '../../contract/turn.ts';
import type { Messages } from '../locales/en.ts';
import { activeTurn, type ChatState, type ChatTurn, type Decided, isOpen } from './state.ts';

export function progressWords({ view, steps, approvals, presence, stopping }: ChatTurn, t: Messages): string {
  if (stopping) return t.stopping;
  if (view.status === 'queued') return t.queued(view.queuePosition);
  if (presence !== 'here') return presence === 'silent' ? t.hostSilent : t.hostAway;
  if (view.status === 'delivering') return t.delivering;
  const [asked] = approvals;
  if (asked !== undefined) return `${asked.kind === 'question' ? t.agentAsks : t.agentWaits}: ${asked.title}`;
  return runningStep(steps)?.title ?? (view.response === '' ? t.thinking : t.writing);
}

/** What was decided, in words. */
export function decidedWords({ approval: { title, kind }, option, by }: Decided, { decided }: Messages): string {
  if (by !== 'user') return decided[by](title);
  if (option === DENY) return decided.denied(title);
  return kind === 'question' ? decided.answered(title) : decided.allowed(title);
}

export function runningStep(steps: ChatTurn['steps']) {
  return steps.findLast(({ status }) => status === 'running');
}

/** What is going on in the chat as a whole; null where nothing is. */
export function presentWords(state: ChatState, t: Messages): string | null {
  const active = activeTurn(state);
  if (active !== null) return progressWords(active, t);
  return state.sending === null ? null : t.sending;
}

/** How the newest turn ended. */
export function outcomeWords({ turns }: ChatState, t: Messages): string | null {
  const last = turns.at(-1);
  if (last === undefined || isOpen(last)) return null;
  const { status, late, error } = last.view;
  if (status === 'completed') return t.answered;
  if (status === 'cancelled') return t.stopped;
  if (late) return t.late;
  return error?.message ?? t.failed;
}
