/** Reads what an agent sends to the model: which question, and how far its answer has come. */
import { parsePrompt } from '../../../src/host/agents/claude/pasted.ts';

/** How a prompt begins that the owner types: what else is no question of ours, the agent itself puts between. */
export const OWNER = 'owner: ';

/** How the agent asks for a summary of the conversation, to go on with that. */
const SUMMARY = 'Respond with TEXT ONLY. Do NOT call any tools';

export interface Message {
  role: 'user' | 'assistant';
  content: string | Part[];
}

export interface Part {
  type: string;
  id?: string;
  tool_use_id?: string;
  text?: string;
  content?: unknown;
}

export interface Request {
  stream?: boolean;
  model?: string;
  tools?: unknown[];
  messages?: Message[];
}

export interface Question {
  turnId: string;
  message: string;
  number: number;
  round: number;
  results: string;
  /** Everything that was sent since the model's last word: the prompt, and whatever the agent put beside it. */
  sent: Part[];
  /** The same, of each call in the order in which the model made them. */
  returned: string[];
  /** Every question of ours that the conversation has. */
  conversation: { turnId: string; message: string }[];
}

/** What the owner typed at the terminal, where that is what is to be answered. */
export function ownersOf({ tools = [], messages = [] }: Request): string | null {
  const last = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const texts = typeof last === 'string' ? [last] : last.flatMap(({ text = '' }) => text);
  const typed = texts.findLast((text) => text.startsWith(OWNER));
  return typed === undefined || tools.length === 0 ? null : typed.slice(OWNER.length);
}

/** Null where no question of ours is asked: a title is wanted, or the owner typed something. */
export function questionOf({ tools = [], messages = [] }: Request): Question | null {
  const steps = messages.flatMap(({ role, content }) => {
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    return parts.map((part: Part) => ({ role, part }));
  });
  const prompts = steps.flatMap(({ role, part }, at) => {
    const parsed = role === 'user' && part.type === 'text' ? parsePrompt(part.text ?? '') : null;
    return parsed === null ? [] : [{ at, turnId: parsed.envelope.turnId, message: parsed.message }];
  });
  const [final] = steps.slice(-1);
  if (final?.part.text?.includes(SUMMARY)) return null;
  const last = prompts.at(-1);
  const owners = steps.findLastIndex(({ role, part }) => role === 'user' && part.text?.startsWith(OWNER));
  if (last === undefined || last.at < owners || tools.length === 0) return null;
  const after = steps.slice(last.at + 1);
  const given = after.map(({ part }) => part).filter(({ type }) => type === 'tool_result');
  const called = after.flatMap(({ part }) => (part.type === 'tool_use' ? [part.id] : []));
  const inOrder = given.toSorted((one, other) => called.indexOf(one.tool_use_id) - called.indexOf(other.tool_use_id));
  const results = inOrder.map(({ content }) => textOf(content));
  return {
    turnId: last.turnId,
    message: last.message,
    number: prompts.length,
    round: results.length,
    results: results.join('\n'),
    sent: steps.slice(steps.findLastIndex(({ role }) => role === 'assistant') + 1).map(({ part }) => part),
    returned: results,
    conversation: prompts.map(({ turnId, message }) => ({ turnId, message })),
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: Part) => part.text ?? '').join('') : '';
}
