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
      // They may have left while it was still asked.
      { type: 'approval-closed', id: 'a' },
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

test('a turn no longer waits for a person who has decided, and that is told', () => {
  const turn = aTurn();
  const waits: boolean[] = [];
  turn.onDecided = () => waits.push(turn.waiting);
  turn.askApproval({ id: 'a', title: 'May I?', options: [] });
  turn.askApproval({ id: 'b', title: 'And that?', options: [] });
  for (const id of ['a', 'a', 'b']) turn.decided(id);
  expect(waits).toEqual([true, true, false]);
  turn.closeApproval('a');
  turn.askApproval({ id: 'c', title: 'And then?', options: [] });
  expect(turn.waiting).toBe(true);
  expect(turn.approval('a')).toBeUndefined();
});

test('what an agent asks is bounded, whatever it is, and says what is left out', () => {
  const much = '\u001b[2J漢"\\\n'.repeat(100_000);
  const turn = aTurn();
  const { told } = join(turn);
  const option = { id: 'allow', label: much };
  const asked = { question: much, options: Array(99).fill({ label: much, description: much }), several: true };
  turn.askApproval({ id: 'a', title: much, options: Array(99).fill(option), detail: much, diff: much });
  turn.askApproval({ id: 'b', title: much, options: [], kind: 'question', questions: Array(99).fill(asked) });
  for (const update of told) expect(Buffer.byteLength(JSON.stringify(update))).toBeLessThan(400_000);
  expect(JSON.stringify(told)).not.toContain('\\u001b');
  expect(turn.approval('a')?.detail).toMatch(/ \[…and \d{6} characters more\]$/);
  expect(turn.approval('b')?.questions?.[0]?.question.length).toBeLessThanOrEqual(2000);
});
