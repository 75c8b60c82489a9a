/** A turn under way: each listener gets all of it from its offset, and its end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostUpdate } from '../../src/contract/host.ts';
import { DENY } from '../../src/contract/turn.ts';
import { LiveTurn } from '../../src/host/live-turn.ts';

const outcome = {
  state: 'done',
  code: null,
  detail: null,
  answerLength: 0,
  inputTokens: null,
  outputTokens: null,
} as const;
const aTurn = () => new LiveTurn({ turnId: 't', digest: 'd', nonce: 'n', acceptedAt: 0, fence: 1 });

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

describe('a listener', () => {
  test('from the beginning gets everything in order', () => {
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

  test('that throws is dropped, and does not affect the others', () => {
    const turn = aTurn();
    let times = 0;
    void turn.follow(0, () => {
      times++;
      throw new Error('a listener broke');
    });
    const { told } = join(turn);
    turn.received();
    turn.write('Half.');
    expect(times).toBe(1);
    expect(told).toEqual([{ type: 'running' }, { type: 'chunk', offset: 0, text: 'Half.' }]);
  });

  test('that joins later gets the current state, and text from its offset', () => {
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

  test('that joins at any time and offset has the same answer at the end', () => {
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

  test('gets the end, and nothing after it', async () => {
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

test('a decided approval no longer makes the turn wait, and onDecided is called', async () => {
  const turn = aTurn();
  const waits: boolean[] = [];
  turn.onDecided = () => waits.push(turn.waiting);
  turn.askApproval({ id: 'a', title: 'May I?', options: [] });
  turn.askApproval({ id: 'b', title: 'And that?', options: [] });
  for (const id of ['a', 'b']) await turn.resolveApproval(id, { option: DENY }, async () => {});
  expect(waits).toEqual([true, false]);
  turn.closeApproval('a');
  turn.askApproval({ id: 'c', title: 'And then?', options: [] });
  expect(turn.waiting).toBe(true);
  expect(turn.approval('a')).toBeUndefined();
});

describe('a decision', () => {
  const asked = () => {
    const turn = aTurn();
    turn.askApproval({ id: 'a', title: 'May I?', options: [] });
    return turn;
  };
  const deny = { option: DENY };

  test('is sent to the agent once: a concurrent one is a conflict, and a later one is not found', async () => {
    const turn = asked();
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const first = turn.resolveApproval('a', deny, () => heard);
    const never = () => expect.unreachable();
    await expect(turn.resolveApproval('a', deny, never)).rejects.toMatchObject({ code: 'conflict' });
    expect(turn.waiting).toBe(true);
    resolve();
    await first;
    expect(turn.waiting).toBe(false);
    await turn.resolveApproval('a', deny, never);
  });

  test('that could not be sent to the agent can be made again', async () => {
    const turn = asked();
    const full = async () => {
      throw new Error('ENOSPC');
    };
    await expect(turn.resolveApproval('a', deny, full)).rejects.toThrow('ENOSPC');
    expect(turn.waiting).toBe(true);
    await turn.resolveApproval('a', deny, async () => {});
    expect(turn.waiting).toBe(false);
  });

  test('on an unknown or closed approval is refused', async () => {
    const turn = asked();
    turn.closeApproval('a');
    for (const id of ['a', 'b']) {
      const decided = turn.resolveApproval(id, deny, async () => expect.unreachable());
      await expect(decided).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});

test('a closed approval stays closed, even if the agent’s record asks for it again', () => {
  const turn = aTurn();
  const request = { id: 'a', title: 'May I?', options: [] };
  turn.askApproval(request);
  turn.closeApproval('a');
  const { told } = join(turn);
  turn.askApproval(request);
  turn.closeApproval('a');
  expect(told).toEqual([{ type: 'approval-closed', id: 'a' }]);
  expect(turn.waiting).toBe(false);
});

test.each(['\u001b[2J漢"\\\n', '\u0000\u0001'])(
  'a long approval of any text is cut; what is missing is counted, and it can’t be allowed',
  (unit) => {
    const much = unit.repeat(100_000);
    const turn = aTurn();
    const { told } = join(turn);
    const options = [{ id: DENY, label: 'No' }, ...Array(99).fill({ id: 'allow', label: much })];
    const option = { label: much, description: much, preview: much };
    const asked = { question: much, header: much, options: Array(99).fill(option), several: true };
    turn.askApproval({ id: 'a', title: much, tool: much, options, detail: much, diff: much });
    turn.askApproval({ id: 'b', title: much, options, kind: 'question', questions: Array(99).fill(asked) });
    for (const update of told) expect(Buffer.byteLength(JSON.stringify(update))).toBeLessThan(1_000_000);
    for (const id of ['a', 'b']) {
      expect(turn.approval(id)?.options).toEqual([{ id: DENY, label: 'No' }]);
      expect(turn.approval(id)?.missing?.characters).toBeGreaterThan(2 * much.length - 40_000);
    }
    expect(much.startsWith(turn.approval('a')?.detail ?? 'nothing')).toBe(true);
    expect(turn.approval('b')?.questions?.[0]?.question.length).toBe(2000);
  },
);

test('a short approval is passed on unchanged', () => {
  const turn = aTurn();
  const asked = {
    id: 'a',
    title: '\u202eRun',
    kind: 'permission' as const,
    tool: 'Bash',
    detail: '\u001b[2J',
    diff: '+a\n',
    options: [
      { id: 'allow', label: 'Yes' },
      { id: DENY, label: 'No' },
    ],
  };
  turn.askApproval(asked);
  expect(turn.approval('a')).toEqual(asked);
});
