/** The messages of ACP for what happens to a turn. */
import type { StreamedEvent } from '../client/index.ts';
import { type ApprovalRequest, DENY, type Decision } from '../contract/turn.ts';
import { visible } from '../contract/visible.ts';
import { type AgentContext, methods, type RequestPermissionResponse, type SessionUpdate } from '../transport/acp.ts';

export async function update(client: AgentContext, sessionId: string, told: SessionUpdate): Promise<void> {
  await client.notify(methods.client.session.update, { sessionId, update: told });
}

export function said(by: 'user' | 'agent', text: string): SessionUpdate {
  const sessionUpdate = by === 'user' ? ('user_message_chunk' as const) : ('agent_message_chunk' as const);
  return { sessionUpdate, content: { type: 'text', text } };
}

export function toolUpdate({ turnId, tool }: Extract<StreamedEvent, { type: 'tool' }>): SessionUpdate {
  const sessionUpdate = tool.status === 'running' ? ('tool_call' as const) : ('tool_call_update' as const);
  return { sessionUpdate, toolCallId: `${turnId}:tool:${tool.id}`, title: tool.title, status: STATUS[tool.status] };
}

export function decidedUpdate({
  turnId,
  approval,
  option,
}: Extract<StreamedEvent, { type: 'decided' }>): SessionUpdate {
  return {
    sessionUpdate: 'tool_call_update',
    toolCallId: callOf(turnId, approval.id),
    status: option === DENY ? 'failed' : 'completed',
  };
}

/** Null where the client leaves it open: it can be decided elsewhere. */
export async function askPermission(
  client: AgentContext,
  sessionId: string,
  turnId: string,
  approval: ApprovalRequest,
): Promise<Decision | null> {
  const options = [...approval.options, ...(approval.options.some(({ id }) => id === DENY) ? [] : [NO])];
  const answer = (await client.request(methods.client.session.requestPermission, {
    sessionId,
    toolCall: {
      toolCallId: callOf(turnId, approval.id),
      title: approval.title,
      status: 'pending',
      content: [{ type: 'content', content: { type: 'text', text: detailOf(approval) } }],
    },
    options: options.map(({ id, label }) => ({
      optionId: id,
      name: label,
      kind: id === DENY ? ('reject_once' as const) : ('allow_once' as const),
    })),
  })) as RequestPermissionResponse;
  return answer.outcome.outcome === 'selected' ? { option: answer.outcome.optionId } : null;
}

/** The agent wrote it: invisible characters are made visible. */
function detailOf({ fields, detail, diff, questions }: ApprovalRequest): string {
  const parts = [
    ...(fields ?? []).map(({ path, text }) => `${path.join('.')}: ${text}`),
    ...(fields === undefined && detail !== undefined ? [detail] : []),
    ...(diff === undefined ? [] : [diff]),
    ...(questions ?? []).map(({ question, options }) =>
      [question, ...options.map(({ label, description = '' }) => `- ${label} ${description}`)].join('\n'),
    ),
  ];
  return visible(parts.join('\n'));
}

function callOf(turnId: string, approvalId: string): string {
  return `${turnId}:${approvalId}`;
}

const NO = { id: DENY, label: 'No' };
const STATUS = { running: 'in_progress', done: 'completed', failed: 'failed' } as const;
