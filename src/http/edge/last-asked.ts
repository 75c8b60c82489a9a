import { FieldError } from './problem.ts';

/** The last message of a client's own history, which has to be the user's; `otherwise` says why. @throws FieldError */
export function lastAsked<T extends { role: string }>(messages: readonly T[], otherwise: string): T {
  const asked = messages.at(-1);
  if (asked === undefined) throw new FieldError('messages', 'has to hold at least one message', 'message_invalid');
  if (asked.role !== 'user') throw new FieldError(`messages[${messages.length - 1}]`, otherwise, 'message_invalid');
  return asked;
}
