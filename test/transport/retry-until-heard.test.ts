/** A decision that was not heard is told again, a second apart, and no longer than somebody waits for it. */
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

test('what is heard is told once', async () => {
  const { tell, retry } = telling();
  await retryUntilHeard(tell, retry);
  expect([tell.mock.calls.length, retry.onError.mock.calls.length]).toEqual([1, 0]);
});

test('what is not heard is told again each second, and each failure is reported', async () => {
  const { tell, retry } = telling(full, full);
  const heard = retryUntilHeard(tell, retry);
  await vi.advanceTimersByTimeAsync(999);
  expect(tell).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_001);
  await heard;
  expect(tell).toHaveBeenCalledTimes(3);
  expect(retry.onError.mock.calls).toEqual([[full], [full]]);
});

test('what nobody waits for is not told again, and is no error', async () => {
  const { tell, retry } = telling(new PaliadinError('not_found'));
  await retryUntilHeard(tell, retry);
  expect([tell.mock.calls.length, retry.onError.mock.calls.length]).toEqual([1, 0]);
});

test('what is over is told no more: before, during and after a failure', async () => {
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
