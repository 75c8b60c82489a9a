import { expect, test } from 'vitest';
import { stagesOf } from '../../../src/services/turn-log/stages.ts';

test('the stages of a turn are consecutive, with missing times or a clock that was set back', () => {
  const at = { startedAt: 0, handedOverAt: null, deliveredAt: null, firstChunkAt: null, finishedAt: null };
  expect(stagesOf(at)).toEqual([{ stage: 'queued', from: 0, to: null }]);
  expect(stagesOf({ ...at, finishedAt: 5 })).toEqual([{ stage: 'queued', from: 0, to: 5 }]);
  expect(stagesOf({ ...at, handedOverAt: 2, deliveredAt: 4, firstChunkAt: 7, finishedAt: 9 })).toEqual([
    { stage: 'queued', from: 0, to: 2 },
    { stage: 'typing', from: 2, to: 4 },
    { stage: 'thinking', from: 4, to: 7 },
    { stage: 'writing', from: 7, to: 9 },
  ]);
  // Of before the hand-over was noted.
  expect(stagesOf({ ...at, deliveredAt: 4, finishedAt: 9 })).toEqual([
    { stage: 'queued', from: 0, to: 4 },
    { stage: 'typing', from: 4, to: 4 },
    { stage: 'thinking', from: 4, to: 9 },
  ]);
  expect(
    stagesOf({ ...at, handedOverAt: 5, deliveredAt: 3, firstChunkAt: 4, finishedAt: 1 }).map(({ to }) => to),
  ).toEqual([5, 5, 5, 5]);
});
