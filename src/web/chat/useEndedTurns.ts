import { useEffect, useRef } from 'react';
import { isOpen } from './chat-turn.ts';
import type { ChatState } from './state.ts';

/** Calls back once for each turn that was seen open and has ended. */
export function useEndedTurns(state: ChatState, onEnded: ((turnId: string) => void) | null): void {
  const open = useRef(new Set<string>());
  useEffect(() => {
    for (const turn of state.turns) {
      const { turnId } = turn.view;
      if (isOpen(turn)) open.current.add(turnId);
      else if (open.current.delete(turnId)) onEnded?.(turnId);
    }
  }, [state.turns, onEnded]);
}
