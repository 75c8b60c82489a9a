/** The wire format of the `paliadin` extensions of ACP: under `_meta.paliadin`, or in `_paliadin/…`. */
import { z } from 'zod';
import { appTool, appToolCall, appToolResult, CALL_ID_PATTERN } from '../contract/app-tools.ts';
import { approvalId, approvalRequest, decisionMore } from '../contract/approval.ts';
import { attachmentTypes, MOST_FILE_BYTES, MOST_FILES } from '../contract/attachment.ts';
import { errorCode } from '../contract/error-code.ts';
import { isolationLevels } from '../contract/isolation.ts';
import { SESSION_PATTERN, TURN_ID_PATTERN } from '../contract/names.ts';
import { screenView } from '../contract/screen.ts';
import { turnNotices } from '../contract/turn.ts';
import { turnCost } from '../contract/turn-cost.ts';

const session = z.string().regex(SESSION_PATTERN);
const turnId = z.string().regex(TURN_ID_PATTERN);
const tokens = z.int().nonnegative().nullable();

export const sessionParams = z.object({ session });
export const resetParams = z.object({ session, forget: z.boolean().default(false) });
export const healthParams = z.object({ session: session.nullable() });
/** An older host does not tell its room. */
export const healthResult = z.object({
  room: z.object({ panes: z.int().nonnegative(), memory: z.number().nonnegative() }).optional(),
});
export const turnParams = z.object({ session, turnId });
export const turnFromParams = z.object({ session, turnId, from: z.int().nonnegative() });
export const approvalClosedParams = z.object({ session, turnId, id: approvalId });
/** `watch` identifies the viewer among those on one channel. */
export const watchParams = z.object({ session, watch: z.int().nonnegative() });
export const leaveParams = z.object({ watch: z.int().nonnegative() });
export const screenParams = z.object({ watch: z.int().nonnegative(), screen: screenView });
export const nothing = z.object({}).optional();

const fileSize = z.int().positive().max(MOST_FILE_BYTES);
const fileDigest = z.string().regex(/^[0-9a-f]{64}$/);

export const attachmentParams = z.object({
  session,
  turnId,
  number: z.int().positive().max(MOST_FILES),
  type: z.enum(attachmentTypes),
  size: fileSize,
  sha256: fileDigest,
  offset: z.int().nonnegative(),
  /** In base64; empty: asks only how much is there. */
  data: z.base64(),
});
export const attachmentResult = z.object({ have: z.int().nonnegative() });

/** `_meta.paliadin` of `session/prompt`. */
export const promptMeta = z.object({
  idempotencyKey: turnId,
  fence: z.int().nonnegative(),
  from: z.int().nonnegative(),
  known: z.boolean(),
  pageOrigin: z.string().optional(),
  context: z.string().optional(),
  locale: z.string().optional(),
  earlier: z.string().optional(),
  appTools: z.boolean().optional(),
  attachments: z
    .array(z.object({ name: z.string().max(500), type: z.enum(attachmentTypes), size: fileSize, sha256: fileDigest }))
    .max(MOST_FILES)
    .optional(),
});

export const appToolsListResult = z.object({ tools: z.array(appTool) });
export const appToolsCallParams = z.object({ session, turnId, call: appToolCall });
export const appToolsCallResult = appToolResult;
export const appToolsCancelParams = z.object({ session, turnId, id: z.string().regex(CALL_ID_PATTERN) });

/** `_meta.paliadin` of `session/request_permission`: more than ACP's own fields can express. */
export const permissionMeta = z.object({ turnId, approval: approvalRequest });

/** `_meta.paliadin` of the answer to it. */
export const decisionMeta = decisionMore;

/** `_meta.paliadin` of each `session/update`: which turn it belongs to. */
export const updateMeta = z.object({ turnId, offset: z.int().nonnegative().optional() });

/** `_meta.paliadin` of the answer to `session/prompt`. */
export const outcomeMeta = z.object({
  state: z.enum(['done', 'failed', 'cancelled', 'unknown']),
  code: errorCode.nullable(),
  detail: z.string().nullable(),
  answerLength: z.int(),
  inputTokens: tokens,
  outputTokens: tokens,
});

export const turnResult = z.object({
  state: z.enum(['absent', 'accepted', 'delivering', 'running', 'done', 'failed', 'cancelled', 'unknown']),
  code: errorCode.nullable(),
  detail: z.string().nullable(),
  late: z.boolean(),
  answerLength: z.int(),
  inputTokens: tokens,
  outputTokens: tokens,
  answer: z.string(),
});

export const acknowledgeParams = turnParams.extend({ forget: z.boolean().default(false) });
export const acknowledgeResult = z.object({ cost: turnCost.nullish() });
export const noticeParams = z.object({ session, turnId, notice: z.enum(turnNotices) });
export const attachResult = z.object({ command: z.array(z.string()) });
export const hibernateResult = z.object({ hibernated: z.boolean() });
export const retireResult = z.object({ retired: z.boolean() });
export const sessionsResult = z.object({
  sessions: z.array(z.object({ session, live: z.boolean(), running: turnId.nullable() })),
});

/** `agentCapabilities._meta.paliadin`, with which the host identifies itself. */
export const identityMeta = z.object({
  version: z.string(),
  protocol: z.int(),
  agent: z.string(),
  agentVersion: z.string().optional(),
  driver: z.string(),
  isolation: z.enum(isolationLevels).optional(),
  attachments: z.boolean().optional(),
  settings: z.string(),
});

/** `data` of a JSON-RPC error of Paliadin's. */
export const errorData = z.object({ code: errorCode, detail: z.string().nullable() });
