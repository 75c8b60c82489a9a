/** Tells a person who looks elsewhere that an answer is there, where they asked for that. */
import { useEffect, useRef } from 'react';
import type { TurnView } from '../../contract/api.ts';
import type { Messages } from '../locales/en.ts';
import type { Memory } from '../storage.ts';
import { isOpen } from './chat-turn.ts';
import { activeTurn, type ChatState } from './state.ts';

/** Browsers allow it on a page that came safely, and some not at all. */
export function canNotify(): boolean {
  return window.isSecureContext && 'Notification' in window;
}

export function wantsNotice(memory: Memory): boolean {
  return canNotify() && Notification.permission === 'granted' && memory.getItem(KEY) === 'on';
}

/** Asks the browser for leave, which asks the person. Resolves with whether it is on now. */
export async function wantNotice(memory: Memory, on: boolean): Promise<boolean> {
  const granted = on && (await Notification.requestPermission()) === 'granted';
  memory.setItem(KEY, granted ? 'on' : 'off');
  return granted;
}

/** Whether somebody who looks elsewhere waits for an answer here. */
export function isAwaited(state: ChatState, memory: Memory): boolean {
  return activeTurn(state) !== null && wantsNotice(memory);
}

export function useAnswerNotice(state: ChatState, memory: Memory, t: Messages): void {
  const open = useRef(new Set<string>());
  useEffect(() => {
    for (const turn of state.turns) {
      const { turnId } = turn.view;
      if (isOpen(turn)) open.current.add(turnId);
      else if (open.current.delete(turnId) && document.visibilityState === 'hidden' && wantsNotice(memory)) {
        show(turn.view, t);
      }
    }
  }, [state.turns, memory, t]);
}

function show({ turnId, message, status }: TurnView, t: Messages): void {
  // Two tabs of one person tell of it once: by its tag the second takes the first's place.
  const notice = new Notification(status === 'completed' ? t.answerReady : t.noAnswerReady, {
    body: message.slice(0, MAX_LENGTH),
    tag: turnId,
  });
  notice.onclick = () => {
    window.focus();
    notice.close();
  };
}

const KEY = 'paliadin.notify';
const MAX_LENGTH = 120;
