/** An agent's request for permission, as the card that a person decides. */
import { resolve, sep } from 'node:path';
import { bounded } from '../../../contract/bounded-approval.ts';
import { toolCard } from '../../../contract/tool-card.ts';
import { type ApprovalRequest, DENY } from '../../../contract/turn.ts';
import type { RequestPermissionRequest } from '../../../transport/acp.ts';
import type { Words } from '../claude/words.ts';
import { inputOf, policyName, type ToolCall, wordsOfCall } from './tools.ts';

/**
 * Only what is allowed once can be allowed: a permission for good would be the agent's own rule from then on, which the
 * host's policy does not see.
 */
export function approvalOfRequest(
  id: string,
  { options }: Pick<RequestPermissionRequest, 'options'>,
  call: ToolCall,
  words: Words,
): ApprovalRequest {
  const tool = policyName(call);
  const canAllow = options.some(({ kind }) => kind === 'allow_once');
  return bounded({
    id,
    title: wordsOfCall(call, words)?.asks ?? words.otherTool(words.aTool).asks,
    kind: 'permission',
    ...toolCard(tool ?? call.name ?? 'tool', inputOf(call)),
    tool,
    options: [
      ...(canAllow ? [{ id: ALLOW, label: words.options.allow }] : []),
      { id: DENY, label: words.options.deny },
    ],
  });
}

/** The agent's own id of what was decided; null if it has no option that means that. */
export function optionOf({ options }: Pick<RequestPermissionRequest, 'options'>, decided: string): string | null {
  const wanted = decided === ALLOW ? 'allow_once' : 'reject_once';
  return options.find(({ kind }) => kind === wanted)?.optionId ?? null;
}

/**
 * Whether a call only reads below `directory`, where a question's files are: nobody is asked for what came with their own
 * question. `before`: what was known of the call. OpenCode asks for the directory first, as another kind of call.
 */
export function readsOnlyBelow(directory: string, before: ToolCall, { kind, input }: ToolCall): boolean {
  if (before.kind !== 'read' && (before.kind !== null || kind !== 'read')) return false;
  const words = Object.values(input ?? {}).filter((value) => typeof value !== 'number' && typeof value !== 'boolean');
  const isBelow = (path: unknown) =>
    typeof path === 'string' && (path === directory || resolve(path).startsWith(`${directory}${sep}`));
  return words.length > 0 && words.every(isBelow);
}

/** The agent's own id for allowing once; null if it offers no such thing. */
export function allowedOnce(request: Pick<RequestPermissionRequest, 'options'>): string | null {
  return optionOf(request, ALLOW);
}

const ALLOW = 'allow';
