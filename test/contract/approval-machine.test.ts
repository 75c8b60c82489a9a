/** Every step of an approval from every state: its next state, or that it is refused. */
import { describe, expect, test } from 'vitest';
import {
  type ApprovalState,
  type ApprovalStep,
  ASKED,
  awaitsDecision,
  isOpen,
  nextState,
  type Verdict,
} from '../../src/contract/approval-machine.ts';
import { DENY } from '../../src/contract/turn.ts';

const allow: Verdict = { decision: { option: 'allow', message: 'go' }, by: 'user' };
const deny: Verdict = { decision: { option: DENY }, by: 'timeout' };

const asked = ASKED;
const deciding: ApprovalState = { at: 'deciding', verdict: allow };
const decided: ApprovalState = { at: 'decided', verdict: allow };
const closed = (because: 'decided' | 'elsewhere' | 'turn-over'): ApprovalState => ({ at: 'closed', because });

const ask: ApprovalStep = { type: 'ask' };
const decide: ApprovalStep = { type: 'decide', verdict: allow };
const decideOtherwise: ApprovalStep = { type: 'decide', verdict: deny };
const stand: ApprovalStep = { type: 'stand' };
const fail: ApprovalStep = { type: 'fail' };
const hear: ApprovalStep = { type: 'hear', verdict: deny };
const close: ApprovalStep = { type: 'close' };
const overtake: ApprovalStep = { type: 'overtake' };
const endTurn: ApprovalStep = { type: 'end-turn' };

const REFUSED = null;
const table: [string, ApprovalState, [ApprovalStep, ApprovalState | null][]][] = [
  [
    'asked',
    asked,
    [
      [ask, asked],
      [decide, deciding],
      [decideOtherwise, { at: 'deciding', verdict: deny }],
      [stand, REFUSED],
      [fail, REFUSED],
      [hear, { at: 'decided', verdict: deny }],
      [close, closed('elsewhere')],
      [overtake, closed('elsewhere')],
      [endTurn, closed('turn-over')],
    ],
  ],
  [
    'deciding',
    deciding,
    [
      [ask, deciding],
      [decide, REFUSED],
      [decideOtherwise, REFUSED],
      [stand, decided],
      [fail, asked],
      [hear, { at: 'decided', verdict: deny }],
      [close, closed('elsewhere')],
      [overtake, closed('elsewhere')],
      [endTurn, closed('turn-over')],
    ],
  ],
  [
    'decided',
    decided,
    [
      [ask, decided],
      [decide, REFUSED],
      [decideOtherwise, REFUSED],
      [stand, REFUSED],
      [fail, REFUSED],
      [hear, REFUSED],
      [close, closed('decided')],
      [overtake, closed('elsewhere')],
      [endTurn, closed('turn-over')],
    ],
  ],
  ...(['decided', 'elsewhere', 'turn-over'] as const).map((because): (typeof table)[number] => [
    `closed, ${because}`,
    closed(because),
    [
      [ask, closed(because)],
      ...[decide, decideOtherwise, stand, fail, hear, close, overtake, endTurn].map((step): [ApprovalStep, null] => [
        step,
        REFUSED,
      ]),
    ],
  ]),
];

describe.each(table)('an approval that is %s', (_name, state, steps) => {
  test.each(steps.map(([step, next]) => [step.type, next?.at ?? 'refused', step, next] as const))(
    '%s: %s',
    (_type, _at, step, next) => {
      const before = structuredClone(state);
      expect(nextState(state, step)).toEqual(next);
      expect(state).toEqual(before);
    },
  );
});

test('an approval is open until it is closed, and awaits a decision until one is stored', () => {
  const states = [asked, deciding, decided, closed('decided')];
  expect(states.map(isOpen)).toEqual([true, true, true, false]);
  expect(states.map(awaitsDecision)).toEqual([true, true, false, false]);
});
