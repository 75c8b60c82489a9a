/** What protocols of others are told of an error: our stable code, the words for the person, and what to change. */

import type { ErrorBody, ReconnectReason } from '../../contract/api.ts';
import { type ErrorCode, PaliadinError } from '../../contract/errors.ts';
import { bodyOf } from '../errors.ts';
import { whyEnded } from '../streams.ts';

/** Of a stream that ends before its turn does. */
export function problemOfEnding(reason: ReconnectReason, locale: string): ErrorBody {
  return bodyOf(whyEnded(reason), { locale });
}

/** In one sentence or two: these protocols have one field for both. */
export function inWords({ message, detail }: Pick<ErrorBody, 'message' | 'detail'>): string {
  return detail === null ? message : `${message} (${detail})`;
}

/** A field of another protocol that can't be accepted; `param` is its path there. */
export class FieldError extends PaliadinError {
  readonly param: string;

  constructor(param: string, why: string, code: ErrorCode = 'bad_request') {
    super(code, `${param}: ${why}`);
    this.param = param;
  }
}
