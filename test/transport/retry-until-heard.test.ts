/** A decision that could not be delivered is sent again every second, as long as its approval is open. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PaliadinError } from '../../src/contract/errors.ts';
import { retryUntilHeard } from '../../src/transport/retry-until-heard.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const full = new Error('ENOSPC');
/** Fails so often, then is heard. */
const telling = (...failures: Error[]) => {
  const tell = vi.fn(async () => {});
  for (const failure of failures) tell.mockRejectedValueOnce(failure);
  return { tell, retry: { isOver: vi.fn(() => false), onError: vi.fn() } };
};

test('a decision that is delivered is sent once', async () => {
  const { tell, retry } = telling();
  await retryUntilHeard(tell, retry);
  expect([tell.mock.calls.length, retry.onError.mock.calls.length]).toEqual([1, 0]);
});

test('a decision that fails is sent again each second, and each failure is reported', async () => {
  const { tell, retry } = telling(full, full);
  const heard = retryUntilHeard(tell, retry);
  await vi.advanceTimersByTimeAsync(999);
  expect(tell).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_001);
  await heard;
  expect(tell).toHaveBeenCalledTimes(3);
  expect(retry.onError.mock.calls).toEqual([[full], [full]]);
});

test('a decision for a closed approval is not sent again, and is no error', async () => {
  const { tell, retry } = telling(new PaliadinError('not_found'));
  await retryUntilHeard(tell, retry);
  expect([tell.mock.calls.length, retry.onError.mock.calls.length]).toEqual([1, 0]);
});

test('nothing is sent once the turn is over: before, during or after a failure', async () => {
  const before = telling();
  before.retry.isOver.mockReturnValue(true);
  await retryUntilHeard(before.tell, before.retry);
  expect(before.tell).not.toHaveBeenCalled();

  const during = telling(full);
  during.retry.isOver.mockReturnValueOnce(false).mockReturnValue(true);
  await retryUntilHeard(during.tell, during.retry);
  expect(during.retry.onError).not.toHaveBeenCalled();

  const later = telling(full);
  const ended = retryUntilHeard(later.tell, later.retry);
  await vi.advanceTimersByTimeAsync(500);
  later.retry.isOver.mockReturnValue(true);
  await vi.advanceTimersByTimeAsync(500);
  await ended;
  expect(later.tell).toHaveBeenCalledTimes(1);
});
