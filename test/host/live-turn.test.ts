/** A turn under way: whoever joins is told all of it, from where they are, and how it ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostUpdate } from '../../src/contract/host.ts';
import { LiveTurn } from '../../src/host/live-turn.ts';

const outcome = {
  state: 'done',
  code: null,
  detail: null,
  answerLength: 0,
  inputTokens: null,
  outputTokens: null,
} as const;
const aTurn = () => new LiveTurn({ turnId: 't', digest: 'd', nonce: 'n', acceptedAt: 0 });

/** Joins, and collects what is told. */
function join(turn: LiveTurn, from = 0) {
  const told: HostUpdate[] = [];
  const ended = turn.follow(from, (update) => told.push(update));
  return { told, ended };
}

function textOf(told: HostUpdate[], known = ''): string {
  let text = known;
  for (const update of told) if (update.type === 'chunk') text = text.slice(0, update.offset) + update.text;
  return text;
}

describe('whoever joins', () => {
  test('from the beginning hears everything in order', () => {
    const turn = aTurn();
    const { told } = join(turn);
    turn.received();
    turn.received();
    turn.write('Half ');
    turn.showTool({ id: '1', title: 'Looking', status: 'running' });
    turn.write('whole.');
    expect(told).toEqual([
      { type: 'running' },
      { type: 'chunk', offset: 0, text: 'Half ' },
      { type: 'tool', tool: { id: '1', title: 'Looking', status: 'running' } },
      { type: 'chunk', offset: 5, text: 'whole.' },
    ]);
  });

  test('later hears what is so by then, and from where they are', () => {
    const turn = aTurn();
    turn.received();
    turn.write('Half whole.');
    turn.showTool({ id: '1', title: 'Looking', status: 'running' });
    turn.showTool({ id: '1', title: 'Looking', status: 'done' });
    turn.askApproval({ id: 'a', title: 'May I?', options: [] });
    turn.askApproval({ id: 'b', title: 'And that?', options: [] });
    turn.closeApproval('a');
    expect(join(turn, 5).told).toEqual([
      { type: 'running' },
      { type: 'tool', tool: { id: '1', title: 'Looking', status: 'done' } },
      { type: 'chunk', offset: 5, text: 'whole.' },
      { type: 'approval', approval: { id: 'b', title: 'And that?', options: [] } },
    ]);
  });

  test('at any moment and place has the same answer in the end', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat(20), fc.nat(), (deltas, when, where) => {
        const turn = aTurn();
        let known = '';
        let told: HostUpdate[] = [];
        for (const [index, delta] of deltas.entries()) {
          if (index === when) {
            known = turn.answer.slice(0, where % (turn.answer.length + 1));
            ({ told } = join(turn, known.length));
          }
          turn.write(delta);
        }
        if (when < deltas.length) expect(textOf(told, known)).toBe(turn.answer);
      }),
    );
  });

  test('hears the end, and nothing after it', async () => {
    const turn = aTurn();
    const { told, ended } = join(turn);
    turn.end(outcome);
    expect(await ended).toBe(outcome);
    turn.write('late');
    expect(told).toEqual([]);
  });
});

test('a turn waits while an approval is open', () => {
  const turn = aTurn();
  expect(turn.waiting).toBe(false);
  turn.askApproval({ id: 'a', title: 'May I?', options: [] });
  expect(turn.waiting).toBe(true);
  const { told } = join(turn);
  turn.closeApproval('unheard of');
  turn.closeApproval('a');
  expect(turn.waiting).toBe(false);
  expect(told.slice(1)).toEqual([{ type: 'approval-closed', id: 'a' }]);
});
