/** The error codes: each has a status, whether it is retryable, and a message in every language. */
import { describe, expect, test } from 'vitest';
import { asPaliadinError, type ErrorCode, errorTable, isErrorCode, PaliadinError } from '../../src/contract/errors.ts';
import { de } from '../../src/contract/locales/de.ts';
import { en } from '../../src/contract/locales/en.ts';
import { errorMessage, languageOf } from '../../src/contract/locales/locale.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

describe('the error codes', () => {
  test('include all that gateway and host agreed on', () => {
    const agreed = `mriver_unreachable shim_auth_failed host_key_changed timeout shim_error shim_outdated disabled
      agent_not_ready agent_stopped agent_limit agent_error outcome_unknown cancelled queue_full rate_limited
      message_invalid message_too_large not_allowed store_unavailable`;
    expect(codes).toEqual(expect.arrayContaining(agreed.split(/\s+/)));
  });

  test.each(codes)('%s has an HTTP error status', (code) => {
    expect(errorTable[code].http).toBeGreaterThanOrEqual(400);
    expect(errorTable[code].http).toBeLessThan(600);
  });

  test.each(codes)('%s has its own message in every language', (code) => {
    for (const messages of [en, de]) {
      expect(messages[code]).toMatch(/\p{L}.*[.?]$/u);
      expect(Object.values(messages).filter((message) => message === messages[code])).toHaveLength(1);
    }
    expect(en[code]).not.toBe(de[code]);
  });

  test('outcome_unknown is not retryable, since a retry could ask twice', () => {
    expect(errorTable.outcome_unknown.retryable).toBe(false);
    expect(en.outcome_unknown).toMatch(/\?$/);
  });
});

test('every locale is mapped to a language', () => {
  expect(['de', 'de-AT', 'DE', 'en', 'en-GB', 'fr', '', 'constructor', null, undefined].map(languageOf)).toEqual([
    'de',
    'de',
    'de',
    ...Array(7).fill('en'),
  ]);
  expect(errorMessage('cancelled', 'de-CH')).toBe(de.cancelled);
  expect(errorMessage('cancelled')).toBe(en.cancelled);
});

describe('an error', () => {
  test('has code and detail, and keeps its cause', () => {
    const cause = new Error('why');
    const error = new PaliadinError('timeout', 'no answer', { cause });
    expect(error).toMatchObject({ name: 'PaliadinError', code: 'timeout', detail: 'no answer', cause });
    expect(error.message).toBe('timeout: no answer');
    expect(new PaliadinError('timeout').message).toBe('timeout');
  });

  test('with a code keeps it, any other gets one', () => {
    const known = new PaliadinError('timeout');
    expect(asPaliadinError(known, 'internal')).toBe(known);
    const other = new Error('boom');
    expect(asPaliadinError(other, 'shim_error')).toMatchObject({ code: 'shim_error', detail: 'boom', cause: other });
    expect(asPaliadinError('thrown text', 'internal')).toMatchObject({ code: 'internal', detail: 'thrown text' });
  });

  test('code is an own key of the table', () => {
    expect(['timeout', 'Timeout', 'toString', '__proto__', 7, null, undefined].filter(isErrorCode)).toEqual([
      'timeout',
    ]);
  });
});
