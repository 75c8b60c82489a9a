/** How a turn ends on the host. */
import type { ErrorCode } from '../contract/errors.ts';
import type { HostOutcome } from '../contract/host.ts';

export type End = Omit<HostOutcome, 'answerLength'>;

export const CANCELLED: End = {
  state: 'cancelled',
  code: 'cancelled',
  detail: null,
  inputTokens: null,
  outputTokens: null,
};

export function failed(code: ErrorCode, detail: string | null): End {
  return { state: 'failed', code, detail, inputTokens: null, outputTokens: null };
}
