import type { Backend } from '../backend/backend.ts';
import type { Turn } from '../contract/records/turn.ts';

/** The whole answer from the host's journal, a message's worth at a time. */
export async function fetchAnswer(backend: Backend, turn: Turn, length: number): Promise<string> {
  let answer = '';
  while (answer.length < length) {
    const { answer: piece } = await backend.turn(turn.agentSession, turn.turnId, answer.length);
    if (piece === '') break;
    answer += piece;
  }
  return answer;
}
