import type { ErrorCode } from '../errors.ts';

/**
 * What a person reads, in one language: by error code, where credentials were sent and refused, and where an agent waits and
 * the person's program can't show what for.
 */
export type Messages = Record<ErrorCode | 'credentials_refused' | 'approval_waits' | 'question_waits', string>;
