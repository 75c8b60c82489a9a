/** Approvals, over a real store: who may decide, that each is decided once, and is stored before the agent is told. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { Role } from '../../src/contract/records/user.ts';
import type { ApprovalRequest, Decision } from '../../src/contract/turn.ts';
import { createApprovals, type WhoApproves } from '../../src/turn/approvals.ts';
import { turnSnapshot } from '../../src/turn/turn-snapshot.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, temporaryStore } from '../store/temporary-store.ts';

// The store answers at its own pace; only waiting is made short.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const PATIENCE = 60_000;
const permission: ApprovalRequest = {
  id: 'a',
  title: 'Allow: delete it?',
  options: [
    { id: 'allow', label: 'Yes' },
    { id: 'deny', label: 'No' },
  ],
};
const question: ApprovalRequest = { ...permission, kind: 'question', title: 'Which?' };

async function observed({ role = 'owner', who = 'owner' }: { role?: Role; who?: WhoApproves } = {}) {
  const { store } = await temporaryStore();
  const { user } = await store.users.ensure({ subject: 'anna', role, now: 1 });
  const session = await store.sessions.ofUser(user, { prefix: 'test', host: 'local', now: 1 });
  const turnWriter = createTurnWriter(store);
  const { turn } = await turnWriter.accept(aTurn({ user, session }));
  const told: Decision[] = [];
  const troubles: string[] = [];
  const backend = {
    decide: vi.fn(async (_session: string, _turnId: string, _id: string, decision: Decision): Promise<void> => {
      told.push(decision);
    }),
  };
  const onRecord = async () => (await store.turns.get(turn.turnId)) && store.events.decided(turn.turnId);
  const gateway = () => {
    const onError = (what: string) => troubles.push(what);
    const hosts = { of: () => backend as unknown as Backend };
    const options = { hosts, store, turnWriter, who, patienceMs: PATIENCE, clock: () => 1, onError };
    const approvals = createApprovals(options);
    return {
      approvals,
      begin: async () => approvals.begin(turn, await turnSnapshot(store, turn)),
      ask: (approval = permission) => approvals.see(turn, { type: 'approval', approval }),
      close: (id = 'a') => approvals.see(turn, { type: 'approval-closed', id }),
      decide: (decision: Decision, id = 'a') => approvals.decide(turn, id, decision),
    };
  };
  const first = gateway();
  await first.begin();
  /** As the eventWriter stores what is shown. */
  const show = (approval = permission) =>
    turnWriter.write({
      turnId: turn.turnId,
      change: {},
      events: [{ turnId: turn.turnId, userId: user.id, at: 1, event: { type: 'approval', approval } }],
    });
  return { store, turnWriter, turn, user, backend, told, troubles, onRecord, show, gateway, ...first };
}

const says = (decision: object) => expect.objectContaining(decision);

describe('a decision', () => {
  test('is stored before the agent is told', async () => {
    const { ask, decide, backend, onRecord } = await observed();
    let recorded: unknown;
    backend.decide.mockImplementation(async () => {
      recorded = await onRecord();
    });
    expect(ask()).toBe(true);
    await decide({ option: 'allow' });
    await vi.waitFor(() => expect(recorded).toBeDefined());
    const approval = { id: 'a', title: 'Allow: delete it?', kind: 'permission' };
    expect(recorded).toMatchObject([{ approval, option: 'allow', by: 'user' }]);
  });

  test('passes its reason and answers on without control characters', async () => {
    const { ask, decide, told, onRecord } = await observed();
    ask();
    await decide({ option: 'deny', message: ' not\u001b[2J that\r\none ' });
    expect(told).toEqual([{ option: 'deny', message: 'not[2J that\none', answers: undefined }]);
    ask({ ...question, id: 'b' });
    await decide({ option: 'allow', answers: { 'Which?': '\u0007the\u009b first' } }, 'b');
    expect(told[1]).toEqual({ option: 'allow', answers: { 'Which?': 'the first' } });
    expect(await onRecord()).toEqual([
      says({ message: 'not[2J that\none' }),
      says({ answers: { 'Which?': 'the first' } }),
    ]);
  });

  test('is made once, even when several tabs decide at the same time', async () => {
    const { ask, decide, told, onRecord } = await observed();
    ask();
    const tabs = await Promise.allSettled(['allow', 'deny', 'allow'].map((option) => decide({ option })));
    expect(tabs.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(tabs[1]).toMatchObject({ reason: { code: 'conflict' } });
    expect(told).toEqual([says({ option: 'allow' })]);
    expect(await onRecord()).toHaveLength(1);
  });

  test('must be one of the offered options; deny is always allowed', async () => {
    const { ask, decide, told } = await observed();
    ask({ ...permission, options: [{ id: 'allow', label: 'Yes' }] });
    for (const option of ['Allow', 'yes', '']) {
      await expect(decide({ option })).rejects.toMatchObject({
        code: 'bad_request',
        detail: 'option is one of: allow, deny',
      });
    }
    await decide({ option: 'deny' });
    expect(told).toEqual([says({ option: 'deny' })]);
  });

  test('on an unknown or closed approval is refused', async () => {
    const { ask, close, decide, approvals, turn, told } = await observed();
    const gone = { code: 'not_found' };
    await expect(decide({ option: 'allow' })).rejects.toMatchObject(gone);
    ask();
    await expect(decide({ option: 'allow' }, 'b')).rejects.toMatchObject(gone);
    close();
    await expect(decide({ option: 'allow' })).rejects.toMatchObject(gone);
    ask({ ...permission, id: 'b' });
    approvals.forget(turn.turnId);
    await expect(decide({ option: 'allow' }, 'b')).rejects.toMatchObject(gone);
    expect(told).toEqual([]);
  });

  test('is not sent to the agent when the turn is cancelled while it is being stored', async () => {
    const { ask, decide, approvals, turn, told, store } = await observed();
    ask();
    const { write } = store.turns;
    vi.spyOn(store.turns, 'write').mockImplementationOnce(async (writes) => {
      approvals.forget(turn.turnId);
      return await write(writes);
    });
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'conflict' });
    expect(told).toEqual([]);
  });

  test('is neither stored nor sent when the turn was cancelled before it was stored', async () => {
    const { ask, decide, approvals, turn, told, onRecord } = await observed();
    ask();
    const decided = decide({ option: 'allow' });
    approvals.forget(turn.turnId);
    await expect(decided).rejects.toMatchObject({ code: 'not_found' });
    expect([told, await onRecord()]).toEqual([[], []]);
  });

  test('is not sent when storing it fails, and can be made again', async () => {
    const { ask, decide, told, store, onRecord } = await observed();
    ask();
    vi.spyOn(store.turns, 'write').mockRejectedValueOnce(new PaliadinError('store_unavailable'));
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(told).toEqual([]);
    await decide({ option: 'deny' });
    expect(told).toEqual([says({ option: 'deny' })]);
    expect(await onRecord()).toHaveLength(1);
  });

  test('that fails to be stored leaves the approval’s timeout unchanged', async () => {
    const { ask, decide, told, store } = await observed();
    ask();
    vi.spyOn(store.turns, 'write').mockRejectedValueOnce(new PaliadinError('store_unavailable'));
    await expect(decide({ option: 'allow' })).rejects.toThrow();
    vi.advanceTimersByTime(PATIENCE);
    await vi.waitFor(() => expect(told).toEqual([says({ option: 'deny' })]));
  });
});

describe('an approval that nobody decides', () => {
  test('is denied once after the timeout', async () => {
    const { ask, decide, told, onRecord } = await observed();
    ask();
    vi.advanceTimersByTime(PATIENCE - 1);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(told).toEqual([{ option: 'deny', message: expect.stringContaining('in time') }]));
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await onRecord()).toEqual([says({ option: 'deny', by: 'timeout' })]);
  });

  test('is denied after the timeout when it is a question, too', async () => {
    const { ask, told } = await observed();
    ask(question);
    vi.advanceTimersByTime(PATIENCE);
    await vi.waitFor(() => expect(told).toEqual([says({ option: 'deny' })]));
  });

  test('is denied when the store is back, if the store was unavailable at the timeout', async () => {
    const { ask, told, troubles, store } = await observed();
    ask();
    vi.spyOn(store.turns, 'write').mockRejectedValueOnce(new PaliadinError('store_unavailable'));
    vi.advanceTimersByTime(PATIENCE);
    await vi.waitFor(() => expect(troubles).toHaveLength(1));
    expect(told).toEqual([]);
    vi.advanceTimersByTime(5_000);
    await vi.waitFor(() => expect(told).toEqual([says({ option: 'deny' })]));
  });

  test('leaves no timer behind when its turn ends', async () => {
    const { ask, approvals, turn, told, onRecord } = await observed();
    ask();
    ask({ ...permission, id: 'b' });
    approvals.forget(turn.turnId);
    expect(vi.getTimerCount()).toBe(0);
    expect([told, await onRecord()]).toEqual([[], []]);
  });
});

describe('who may decide', () => {
  test.each<[Role, WhoApproves, boolean]>([
    ['owner', 'owner', true],
    ['admin', 'owner', false],
    ['member', 'owner', false],
    ['owner', 'users', true],
    ['member', 'users', true],
    ['owner', 'none', false],
    ['member', 'none', false],
  ])('a permission: %s, with approvals %s: %s', async (role, who, may) => {
    const { ask, decide, told, onRecord } = await observed({ role, who });
    expect(ask()).toBe(may);
    if (may) return await decide({ option: 'allow' });
    // Denied at once, and never shown.
    await vi.waitFor(() => expect(told).toEqual([{ option: 'deny', message: expect.stringContaining('may not') }]));
    expect(await onRecord()).toEqual([says({ option: 'deny', by: 'policy' })]);
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'not_found' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each<WhoApproves>(['owner', 'users', 'none'])('a question, with approvals %s: every user', async (who) => {
    const { ask, decide, told } = await observed({ role: 'member', who });
    expect(ask(question)).toBe(true);
    await decide({ option: 'allow' });
    expect(told).toHaveLength(1);
  });

  test('not an owner who has lost the role or is disabled meanwhile', async () => {
    const { ask, decide, told, store, user } = await observed();
    ask();
    vi.spyOn(store.users, 'get').mockResolvedValue({ ...user, role: 'member' });
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'not_allowed' });
    vi.spyOn(store.users, 'get').mockResolvedValue({ ...user, disabledAt: 1 });
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'not_allowed' });
    expect(told).toEqual([]);
  });
});

describe('an approval closed at the terminal', () => {
  test('is stored as decided at the terminal, and has no timer left', async () => {
    const { ask, close, onRecord, told } = await observed();
    ask();
    expect(close()).toBe(true);
    await vi.waitFor(async () => expect(await onRecord()).toEqual([says({ option: null, by: 'terminal' })]));
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('while a decision is being stored: both are stored in order, and the user gets a conflict', async () => {
    const { ask, close, decide, onRecord, told, store } = await observed();
    ask();
    const { write } = store.turns;
    vi.spyOn(store.turns, 'write').mockImplementationOnce(async (writes) => {
      close();
      return await write(writes);
    });
    await expect(decide({ option: 'allow' })).rejects.toMatchObject({ code: 'conflict' });
    await vi.waitFor(async () => expect((await onRecord())?.map(({ by }) => by)).toEqual(['user', 'terminal']));
    expect(told).toEqual([]);
  });

  test('is not stored as such after the user has decided', async () => {
    const { ask, close, decide, onRecord } = await observed();
    ask();
    await decide({ option: 'allow' });
    expect([close(), close()]).toEqual([true, false]);
    expect((await onRecord())?.map(({ by }) => by)).toEqual(['user']);
  });

  test('is not stored as such after policy denied it, and no close is shown', async () => {
    const { ask, close, told, onRecord } = await observed({ role: 'member' });
    ask();
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(close()).toBe(false);
    expect((await onRecord())?.map(({ by }) => by)).toEqual(['policy']);
  });

  test('is not stored as such when its turn was cancelled', async () => {
    const { ask, close, approvals, turn, onRecord } = await observed();
    ask();
    approvals.forget(turn.turnId);
    expect(close()).toBe(true);
    expect(ask({ ...permission, id: 'b' })).toBe(false);
    expect(await onRecord()).toEqual([]);
  });
});

describe('an approval that the host asks again', () => {
  test('after the channel broke is shown again, and decided once', async () => {
    const { ask, decide, told } = await observed();
    expect([ask(), ask()]).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(1);
    await decide({ option: 'allow' });
    expect(told).toHaveLength(1);
  });

  test('after the decision was lost on its way is answered with the stored decision, without an error', async () => {
    const { ask, decide, backend, told, troubles, onRecord } = await observed();
    ask();
    backend.decide.mockRejectedValueOnce(new PaliadinError('mriver_unreachable'));
    await decide({ option: 'allow', message: 'go' });
    expect(told).toEqual([]);
    ask();
    expect(told).toEqual([says({ option: 'allow', message: 'go' })]);
    expect([troubles, (await onRecord())?.length]).toEqual([[], 1]);
  });

  test('after a new daemon reads the agent’s record from the beginning stays closed', async () => {
    const { ask, close, decide, onRecord } = await observed();
    ask();
    await decide({ option: 'allow' });
    close();
    expect([ask(), close()]).toEqual([false, false]);
    expect(await onRecord()).toHaveLength(1);
  });

  test('a decision that the host fails to deliver is reported as an error', async () => {
    const { ask, decide, backend, troubles } = await observed();
    ask();
    backend.decide.mockRejectedValueOnce(new PaliadinError('shim_error', 'disk full'));
    await decide({ option: 'allow' });
    await vi.waitFor(() => expect(troubles).toEqual(['a decision was not heard']));
  });
});

describe('after a restart the gateway', () => {
  test('starts the approval’s full timeout again, and takes a decision before the host asks again', async () => {
    const { ask, show, gateway, approvals, turn, told } = await observed();
    ask();
    await show();
    approvals.forget(turn.turnId); // as if killed
    const next = gateway();
    await next.begin();
    expect(vi.getTimerCount()).toBe(1);
    await next.decide({ option: 'allow' });
    expect(next.ask()).toBe(true);
    expect(told.at(-1)).toEqual(says({ option: 'allow' }));
    expect(vi.getTimerCount()).toBe(0);
  });

  test('sends the agent the stored decision that did not arrive, and accepts no other', async () => {
    const { ask, show, decide, backend, gateway, told, onRecord } = await observed();
    ask();
    await show();
    backend.decide.mockImplementationOnce(() => new Promise(() => {}));
    await decide({ option: 'deny', message: 'why not' });
    const next = gateway();
    await next.begin();
    await expect(next.decide({ option: 'allow' })).rejects.toMatchObject({ code: 'conflict' });
    next.ask();
    expect(told).toEqual([{ option: 'deny', message: 'why not' }]);
    expect(next.close()).toBe(true);
    expect((await onRecord())?.map(({ by }) => by)).toEqual(['user']);
  });

  test('denies a permission again that policy denied, and stores that once', async () => {
    const { ask, gateway, told, onRecord } = await observed({ role: 'member' });
    ask();
    await vi.waitFor(() => expect(told).toHaveLength(1));
    const next = gateway();
    await next.begin();
    expect(next.ask()).toBe(false);
    expect(told).toHaveLength(2);
    expect(await onRecord()).toHaveLength(1);
  });

  test('stores that the terminal decided while no gateway ran', async () => {
    const { ask, show, approvals, turn, gateway, onRecord } = await observed();
    ask();
    await show();
    approvals.forget(turn.turnId);
    const next = gateway();
    await next.begin();
    expect(next.close()).toBe(true);
    await vi.waitFor(async () => expect(await onRecord()).toEqual([says({ by: 'terminal' })]));
    expect(vi.getTimerCount()).toBe(0);
  });
});
