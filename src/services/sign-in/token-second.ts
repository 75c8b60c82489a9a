/**
 * A token of an application states its second alone, and one from the second of a sign-out is refused, since it may be from
 * before it. So whatever ends the sign-ins of a user takes until the next second: whoever then asks for a new token gets one
 * that is accepted.
 */
import { setTimeout } from 'node:timers/promises';

/** Resolves when a token made from now on counts. `signedOutAt` in UTC milliseconds. */
export async function untilNewTokensCount(signedOutAt: number): Promise<void> {
  await setTimeout((1000 - (signedOutAt % 1000)) % 1000);
}
