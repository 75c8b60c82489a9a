/** The states of a turn in words: for the progress line, and for whoever listens to the status region. */
import { DENY, type Decided } from '../../contract/turn.ts';
import { visible } from '../../contract/visible.ts';
import type { Messages } from '../locales/en.ts';
import { type ChatTurn, isOpen } from './chat-turn.ts';
import { activeTurn, type ChatState } from './state.ts';

export function progressWords({ view, steps, presence, stopping }: ChatTurn, t: Messages): string {
  if (stopping) return t.stopping;
  if (view.status === 'queued') {
    return view.awayUntil !== null && presence === 'away' ? t.leftForHost : t.queued(view.queuePosition);
  }
  if (presence !== 'here') return presence === 'silent' ? t.hostSilent : t.hostAway;
  if (view.status === 'delivering') return view.notices.includes('terminal') ? t.busyElsewhere : t.delivering;
  const [asked] = view.approvals;
  if (asked !== undefined) return `${asked.kind === 'question' ? t.agentAsks : t.agentWaits}: ${visible(asked.title)}`;
  return runningStep(steps)?.title ?? (view.response === '' ? t.thinking : t.writing);
}

/** Below a card, which says itself what is asked: for whom everything waits. Null where it waits for nobody here. */
export function waitingWords({ view, presence, stopping }: ChatTurn, t: Messages): string | null {
  const [asked] = view.approvals;
  if (asked === undefined || stopping || presence !== 'here') return null;
  return asked.kind === 'question' ? t.waitingForAnswer : t.waitingForDecision;
}

/** What was decided, in words: first what was asked, which may be a question of its own, then what came of it. */
export function decidedWords({ approval, option, by, message, answers }: Decided, { decided }: Messages): DecidedWords {
  const what = visible(approval.title);
  if (by !== 'user') return { what, verdict: decided[by], more: [] };
  const isQuestion = approval.kind === 'question';
  if (option === DENY) {
    const verdict = isQuestion ? decided.unanswered : decided.denied;
    return { what, verdict, more: message ? [message] : [] };
  }
  if (!isQuestion) return { what, verdict: decided.allowed, more: [] };
  return { what, verdict: decided.answered, more: Object.values(answers ?? {}) };
}

export interface DecidedWords {
  what: string;
  /** Ours; what stands before and behind it is not. */
  verdict: string;
  more: readonly string[];
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
