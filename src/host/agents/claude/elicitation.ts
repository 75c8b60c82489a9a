/**
 * What an MCP server asks a person: a form, shown as a question of the agent. The hook is called before the terminal
 * shows a dialog. What can't be asked here is declined, and the person is told.
 */
import { randomUUID } from 'node:crypto';
import { bounded } from '../../../contract/bounded-approval.ts';
import { type Form, formOf } from '../../../contract/form.ts';
import { type ApprovalRequest, DENY } from '../../../contract/turn.ts';
import { ask } from './ask.ts';
import type { HookPayload } from './payload.ts';
import type { RecordedTurn } from './recorded-turn.ts';

/** Resolves with the reply to the hook. */
export async function askForm(turn: RecordedTurn, payload: HookPayload, gone: AbortSignal): Promise<object> {
  const { mcp_server_name: server = '', message = '', mode, requested_schema: schema } = payload;
  const form = mode === 'url' ? null : formOf(schema, message, turn.words);
  const asked = form === null ? null : requestOf(server, message, form, turn);
  if (form === null || asked === null) return declined(turn, turn.words.cannotAsk(server));
  const answer = await ask(turn, asked, { toolUse: undefined, call: null, helper: undefined }, gone);
  if (answer === null || answer === 'refused') return CANCELLED;
  if (answer === 'over' || answer.option === DENY) return DECLINED;
  const content = form.contentOf(answer.answers ?? {});
  return content === null ? declined(turn, turn.words.cannotTake(server)) : elicitation({ action: 'accept', content });
}

/** Null if it is longer than anybody reads. */
function requestOf(server: string, message: string, { questions }: Form, { words }: RecordedTurn) {
  const request: ApprovalRequest = {
    id: randomUUID(),
    title: words.questionOf(server),
    kind: 'question',
    tool: `mcp__${server}`,
    ...(questions[0]?.question !== message && { detail: message }),
    questions,
    options: [
      { id: 'answer', label: words.options.answer },
      { id: DENY, label: words.options.noAnswer },
    ],
  };
  const asked = bounded(request);
  return asked.missing === undefined ? asked : null;
}

/** The agent continues without what the server asked for; the chat shows a failed step. */
function declined(turn: RecordedTurn, title: string): object {
  turn.write([{ event: 'tool', id: randomUUID(), title, status: 'failed' }]);
  return DECLINED;
}

function elicitation(response: { action: 'accept' | 'decline' | 'cancel'; content?: object }): object {
  return { hookSpecificOutput: { hookEventName: 'Elicitation', ...response } };
}

const DECLINED = elicitation({ action: 'decline' });
/** The reply to the hook if the turn is stopped, or continues by itself. */
export const CANCELLED = elicitation({ action: 'cancel' });
