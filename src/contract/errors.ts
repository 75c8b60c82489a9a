/**
 * The stable error codes: kept in the audit row, shown on the dashboard, localised in the chat.
 * The messages are in `locales/`, one file a language.
 */

interface ErrorKind {
  /** Status of an HTTP answer that carries the code. */
  http: number;
  /** Whether the same request may succeed later, unchanged. */
  retryable: boolean;
}

export const errorTable = {
  // The host. The first code is named after the first host; the string is a public contract and stays.
  mriver_unreachable: { http: 503, retryable: true },
  away_limit: { http: 503, retryable: true },
  shim_auth_failed: { http: 502, retryable: false },
  host_key_changed: { http: 502, retryable: false },
  shim_error: { http: 502, retryable: true },
  shim_outdated: { http: 502, retryable: false },
  disabled: { http: 503, retryable: false },
  // The agent.
  timeout: { http: 504, retryable: true },
  agent_not_ready: { http: 503, retryable: true },
  agent_stopped: { http: 502, retryable: true },
  agent_limit: { http: 503, retryable: true },
  agent_error: { http: 502, retryable: true },
  // The turn.
  outcome_unknown: { http: 502, retryable: false },
  cancelled: { http: 409, retryable: true },
  queue_full: { http: 429, retryable: true },
  rate_limited: { http: 429, retryable: true },
  quota_reached: { http: 429, retryable: true },
  conversation_limit: { http: 409, retryable: false },
  message_invalid: { http: 400, retryable: false },
  message_too_large: { http: 413, retryable: false },
  attachment_invalid: { http: 400, retryable: false },
  attachment_too_large: { http: 413, retryable: false },
  store_unavailable: { http: 503, retryable: true },
  // The request.
  not_allowed: { http: 403, retryable: false },
  bad_request: { http: 400, retryable: false },
  unauthenticated: { http: 401, retryable: false },
  not_found: { http: 404, retryable: false },
  conflict: { http: 409, retryable: false },
  idempotency_mismatch: { http: 422, retryable: false },
  internal: { http: 500, retryable: true },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

/** Why credentials are refused, for the program that sent them: the `reason` of a 401. */
export const credentialRefusals = [
  'token_expired',
  'token_not_yet_valid',
  'token_wrong_issuer',
  'token_wrong_audience',
  'token_bad_signature',
  'token_unknown_key',
  'token_malformed',
  /** An API token of ours: unknown, revoked, or expired. */
  'token_unknown',
  /** The user was signed out everywhere after the token was made. */
  'signed_out',
] as const;

export type CredentialRefusal = (typeof credentialRefusals)[number];

/**
 * The one error class that crosses a folder's border.
 * `detail` says what is wrong and what to do, for the person who can fix it; it holds no secret
 * and none of the user's text.
 */
export class PaliadinError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | null;
  /** Milliseconds after which the same request may succeed; null where this is not known. */
  readonly againInMs: number | null;
  /** With `unauthenticated`: why the credentials are refused; null where there are none. */
  readonly reason: CredentialRefusal | null;

  constructor(code: ErrorCode, detail: string | null = null, options: PaliadinErrorOptions = {}) {
    const { againInMs = null, reason = null, ...rest } = options;
    super(detail === null ? code : `${code}: ${detail}`, rest);
    this.name = 'PaliadinError';
    this.code = code;
    this.detail = detail;
    this.againInMs = againInMs;
    this.reason = reason;
  }
}

interface PaliadinErrorOptions {
  cause?: unknown;
  againInMs?: number | null;
  reason?: CredentialRefusal | null;
}

/** The first reason wins: an error that already has a code keeps it; any other is wrapped in `code`. */
export function asPaliadinError(error: unknown, code: ErrorCode): PaliadinError {
  if (error instanceof PaliadinError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new PaliadinError(code, detail, { cause: error });
}
