/** The approvals of a turn, derived from its events or from its snapshot. */
import { describe, expect, test } from 'vitest';
import { ASKED } from '../../src/contract/approval-machine.ts';
import { DENY, type Decided } from '../../src/contract/turn.ts';
import {
  type ApprovalEvent,
  approvalsOf,
  NO_APPROVALS,
  openApprovals,
  openRequests,
  stepped,
  withEvent,
} from '../../src/contract/turn-approvals.ts';

const request = (id: string, title = 'May I?') => ({ id, title, options: [{ id: 'allow', label: 'Yes' }] });
const ask = (id: string, title?: string): ApprovalEvent => ({ type: 'approval', approval: request(id, title) });
const close = (id: string): ApprovalEvent => ({ type: 'approval-closed', id });
const decision = (id: string, more: Partial<Decided> = {}): Decided => ({
  approval: { id, title: 'May I?', kind: 'permission' },
  option: 'allow',
  by: 'user',
  ...more,
});
const decide = (id: string, more?: Partial<Decided>): ApprovalEvent => ({ type: 'decided', ...decision(id, more) });
const atTerminal = { option: null, by: 'terminal' } as const;

const replayed = (...events: ApprovalEvent[]) => events.reduce(withEvent, NO_APPROVALS);
const stateOf = (id: string, ...events: ApprovalEvent[]) => replayed(...events).get(id)?.state;

describe('events', () => {
  test('open approvals in order, with the latest request, and close them once', () => {
    expect(openRequests(replayed(ask('a'), ask('b'), ask('a', 'May I now?')))).toEqual([
      request('a', 'May I now?'),
      request('b'),
    ]);
    const closed = replayed(ask('a'), ask('b'), close('a'), close('a'), close('c'));
    expect(openRequests(closed)).toEqual([request('b')]);
    expect(withEvent(closed, ask('a'))).toBe(closed);
  });

  test('of a decision keep an approval open until the agent goes on', () => {
    const events = [ask('a'), decide('a', { message: 'go' })];
    expect(stateOf('a', ...events)).toEqual({
      at: 'decided',
      verdict: { decision: { option: 'allow', message: 'go' }, by: 'user' },
    });
    expect(openRequests(replayed(...events))).toEqual([request('a')]);
    expect(stateOf('a', ...events, ask('a'))).toMatchObject({ at: 'decided' });
    expect(stateOf('a', ...events, close('a'))).toEqual({ at: 'closed', because: 'decided' });
  });

  test('of an answer at the terminal close an approval, even after a decision', () => {
    expect(stateOf('a', ask('a'), decide('a', atTerminal))).toEqual({ at: 'closed', because: 'elsewhere' });
    expect(stateOf('a', ask('a'), decide('a'), decide('a', atTerminal))).toEqual({
      at: 'closed',
      because: 'elsewhere',
    });
  });

  test('of a decision by policy show no approval', () => {
    const denied = replayed(decide('a', { option: DENY, by: 'policy' }));
    expect(denied.get('a')).toMatchObject({ shown: false, state: { at: 'decided' } });
    expect(openApprovals(denied)).toEqual([]);
  });
});

test('a turn’s snapshot gives the same states', () => {
  const approvals = approvalsOf({
    approvals: [request('a'), request('b'), request('c')],
    decisions: [decision('b'), decision('c', atTerminal), decision('d')],
  });
  expect([...approvals].map(([id, { state, shown }]) => [id, state.at, shown])).toEqual([
    ['a', 'asked', true],
    ['b', 'decided', true],
    ['c', 'closed', true],
    ['d', 'decided', false],
  ]);
});

test('a step that is not allowed, or for an unknown approval, changes nothing', () => {
  const approvals = replayed(ask('a'));
  expect(stepped(approvals, 'a', { type: 'stand' })).toBe(approvals);
  expect(stepped(approvals, 'b', { type: 'close' })).toBe(approvals);
  stepped(approvals, 'a', { type: 'close' });
  expect(approvals.get('a')?.state).toBe(ASKED);
});
