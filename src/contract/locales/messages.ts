import type { ErrorCode } from '../errors.ts';

/** What a person reads, in one language: by error code, and where credentials were sent and refused. */
export type Messages = Record<ErrorCode | 'credentials_refused', string>;
