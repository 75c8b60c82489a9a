import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskBody, HistoryPage, TurnView } from '../../src/contract/api.ts';
import { type Action, activeTurn, type ChatState, initialState, reduce } from '../../src/web/chat/state.ts';
import { type EventBody, eventsOf, turnView } from './turn-view.ts';

const start = (pending: Pick<ChatState, 'draft' | 'attempt'> = { draft: '', attempt: null }) =>
  initialState({ generation: 1, moved: false, ...pending });
const play = (state: ChatState, ...actions: Action[]) => actions.reduce(reduce, state);
const page = (turns: TurnView[], rest: Partial<HistoryPage> = {}): HistoryPage => ({
  turns: turns.toReversed(),
  nextBefore: null,
  cursor: 0,
  ...rest,
});
const loaded = (turns: TurnView[], rest: Partial<HistoryPage> = {}): Action => ({
  type: 'loaded',
  page: page(turns, rest),
  clockAhead: null,
});
const events = (...list: ReturnType<typeof eventsOf>[]): Action => ({
  type: 'events',
  events: list.flat(),
  receivedAt: 1_000_000,
});
const ids = (state: ChatState) => state.turns.map(({ view }) => view.turnId);
const body = (message: string): AskBody => ({ message, sessionId: 'this-tab' });
const sending = (message: string, fromBox = true): Action => ({
  type: 'sending',
  sending: { key: `key of ${message}`, body: body(message), files: [], startedAt: 0, fromBox, stop: false },
});

describe('history', () => {
  it('is shown oldest first', () => {
    const turns = [turnView(), turnView(), turnView()];
    expect(ids(play(start(), loaded(turns)))).toEqual(turns.map(({ turnId }) => turnId));
  });

  it('is extended by one older page at a time', () => {
    const [a, b, c, d] = [turnView(), turnView(), turnView(), turnView()] as const;
    const state = play(
      start(),
      loaded([c, d], { nextBefore: c.turnId }),
      { type: 'loading-earlier' },
      { type: 'loaded-earlier', page: page([a, b]) },
    );
    expect(ids(state)).toEqual([a, b, c, d].map(({ turnId }) => turnId));
    expect(state).toMatchObject({ earlier: null, loadingEarlier: false });
  });

  it('keeps older pages when the newest is loaded again', () => {
    const [a, b, c] = [turnView(), turnView(), turnView()] as const;
    const state = play(start(), loaded([a, b], { nextBefore: a.turnId }), loaded([b, c], { nextBefore: b.turnId }));
    expect(ids(state)).toEqual([a.turnId, b.turnId, c.turnId]);
    expect(state.earlier).toBe(a.turnId);
  });

  it('starts afresh when more was missed than a page holds', () => {
    const [a, b, c] = [turnView(), turnView(), turnView()] as const;
    const state = play(start(), loaded([a]), loaded([b, c], { nextBefore: b.turnId }));
    expect(ids(state)).toEqual([b.turnId, c.turnId]);
    expect(state.earlier).toBe(b.turnId);
  });

  it('takes the steps of an open turn when it is loaded again, and continues from there', () => {
    const open = turnView({ status: 'running', response: '' });
    const tool = { id: 't', title: 'Searching', status: 'running' } as const;
    const steps = [{ ...tool, startedAt: 7, endedAt: null }];
    const state = play(
      start(),
      loaded([open]),
      loaded([{ ...open, response: 'more', steps, presence: 'away' }], { cursor: 5 }),
      events(eventsOf(open.turnId, 6, { type: 'tool', tool: { ...tool, status: 'done' }, at: 9 })),
    );
    expect(state.turns[0]).toMatchObject({
      view: { response: 'more' },
      presence: 'away',
      steps: [{ title: 'Searching', status: 'done', startedAt: 7, endedAt: 9 }],
    });
  });
});

describe('events', () => {
  it('show a question asked in another tab, until its end', () => {
    const turn = turnView({ status: 'queued', response: '', queuePosition: 2 });
    const done = { ...turn, status: 'completed', response: 'Hello world', durationMs: 12 } as const;
    const steps = eventsOf(
      turn.turnId,
      1,
      { type: 'accepted', turn },
      { type: 'queued', position: 1 },
      { type: 'delivering' },
      { type: 'running' },
      { type: 'chunk', offset: 0, text: 'Hello ' },
      { type: 'chunk', offset: 6, text: 'world' },
      { type: 'finished', turn: done },
    );
    const statuses: string[] = [];
    steps.reduce((state, step) => {
      const next = reduce(state, events([step]));
      statuses.push(`${next.turns[0]?.view.status} ${next.turns[0]?.view.response}`);
      return next;
    }, start());
    expect(statuses).toEqual([
      'queued ',
      'queued ',
      'delivering ',
      'running ',
      'running Hello ',
      'running Hello world',
      'completed Hello world',
    ]);
  });

  it('write a repeated chunk at its offset', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (texts, from) => {
        const turn = turnView({ status: 'running', response: '' });
        let offset = 0;
        const chunks = texts.map((text) => {
          const chunk = { type: 'chunk', offset, text } as const;
          offset += text.length;
          return chunk;
        });
        const again = chunks.slice(from % chunks.length);
        const list = eventsOf(turn.turnId, 1, { type: 'accepted', turn }, ...chunks, ...again);
        expect(play(start(), events(list)).turns[0]?.view.response).toBe(texts.join(''));
      }),
    );
  });

  it('are applied once, however often they arrive', () => {
    const turn = turnView({ status: 'running', response: '' });
    const list = eventsOf(turn.turnId, 1, { type: 'accepted', turn }, { type: 'chunk', offset: 0, text: 'a' });
    const once = play(start(), events(list));
    expect(play(once, events(list))).toBe(once);
  });

  it('older than the loaded history are ignored', () => {
    const turn = turnView({ response: 'all of it' });
    const state = play(start(), loaded([turn], { cursor: 9 }));
    expect(play(state, events(eventsOf(turn.turnId, 9, { type: 'chunk', offset: 0, text: 'old' })))).toBe(state);
  });

  it('of progress do not change an ended turn', () => {
    const turn = turnView({ status: 'cancelled', response: 'part' });
    const state = play(
      start(),
      loaded([turn]),
      events(eventsOf(turn.turnId, 1, { type: 'chunk', offset: 0, text: 'x' }, { type: 'running' })),
    );
    expect(state.turns[0]?.view).toEqual(turn);
  });

  it('add a late answer to a turn that was given up', () => {
    const turn = turnView({ status: 'failed', response: '' });
    const late = { ...turn, late: true, response: 'after all' };
    const state = play(start(), loaded([turn]), events(eventsOf(turn.turnId, 1, { type: 'late', turn: late })));
    expect(state.turns[0]?.view).toEqual(late);
  });

  it('about a turn older than the loaded pages change nothing', () => {
    const state = play(start(), loaded([turnView()]));
    const old = turnView();
    expect(play(state, events(eventsOf(old.turnId, 1, { type: 'feedback', turn: old }))).turns).toBe(state.turns);
  });

  it('of tools become steps with their durations', () => {
    const turn = turnView({ status: 'running', response: '' });
    const state = play(
      start(),
      loaded([turn]),
      events(
        eventsOf(
          turn.turnId,
          1,
          { type: 'tool', at: 1000, tool: { id: 'a', title: 'Searching', status: 'running' } },
          { type: 'tool', at: 3500, tool: { id: 'a', title: 'Searching', status: 'done' } },
          { type: 'tool', at: 3600, tool: { id: 'b', title: 'Reading', status: 'running' } },
        ),
      ),
    );
    expect(state.turns[0]?.steps).toMatchObject([
      { title: 'Searching', status: 'done', startedAt: 1000, endedAt: 3500 },
      { title: 'Reading', status: 'running', startedAt: 3600, endedAt: null },
    ]);
  });

  it('of approvals make the turn waiting, until the last is closed', () => {
    const turn = turnView({ status: 'running', response: '' });
    const ask = (id: string) =>
      ({ type: 'approval' as const, approval: { id, title: `Allow ${id}`, options: [] } }) satisfies EventBody;
    const waiting = play(start(), loaded([turn]), events(eventsOf(turn.turnId, 1, ask('a'), ask('b'))));
    expect(waiting.turns[0]?.view).toMatchObject({ status: 'waiting', approvals: [{ id: 'a' }, { id: 'b' }] });
    const one = play(waiting, events(eventsOf(turn.turnId, 3, { type: 'approval-closed', id: 'a' })));
    expect(one.turns[0]?.view.status).toBe('waiting');
    const none = play(one, events(eventsOf(turn.turnId, 4, { type: 'approval-closed', id: 'b' })));
    expect(none.turns[0]?.view).toMatchObject({ status: 'running', approvals: [] });
  });

  it('of an approval that is asked again do not duplicate it', () => {
    const turn = turnView({ status: 'running', response: '' });
    const ask = (title: string): EventBody => ({ type: 'approval', approval: { id: 'a', title, options: [] } });
    const state = play(start(), loaded([turn]), events(eventsOf(turn.turnId, 1, ask('May I?'), ask('May I now?'))));
    expect(state.turns[0]?.view.approvals).toMatchObject([{ title: 'May I now?' }]);
  });

  it('of decisions give the same view as the history', () => {
    const approval = { id: 'a', title: 'Allow a', kind: 'permission' } as const;
    const decided = { approval, option: 'deny', by: 'user', message: 'no' } as const;
    const turn = turnView({ status: 'waiting', response: '', approvals: [{ ...approval, options: [] }] });
    const list = eventsOf(turn.turnId, 1, { type: 'decided', ...decided }, { type: 'approval-closed', id: 'a' });
    const { view } = play(start(), loaded([turn]), events(list)).turns[0] as { view: TurnView };
    expect(view).toEqual({ ...turn, status: 'running', approvals: [], decisions: [decided] });
    const again = play(start(), loaded([view])).turns[0];
    expect(again?.view).toEqual(view);
  });

  it('of a decision made here are applied before the history has it', () => {
    const approval = { id: 'a', title: 'Allow a', kind: 'permission' } as const;
    const turn = turnView({ status: 'waiting', response: '', approvals: [{ ...approval, options: [] }] });
    const { turnId } = turn;
    const verdict = { decision: { option: 'deny' }, by: 'user' } as const;
    const decide: Action = { type: 'approval', turnId, id: 'a', step: { type: 'decide', verdict } };
    const stateOf = (...actions: Action[]) =>
      play(start(), loaded([turn]), ...actions).turns[0]?.approvals.get('a')?.state.at;
    expect(stateOf()).toBe('asked');
    expect(stateOf(decide)).toBe('deciding');
    expect(stateOf(decide, loaded([turn]))).toBe('deciding');
    expect(stateOf(decide, { ...decide, step: { type: 'fail' } })).toBe('asked');
    const decided = { approval, option: 'allow', by: 'timeout' } as const;
    expect(stateOf(decide, events(eventsOf(turnId, 1, { type: 'decided', ...decided })))).toBe('decided');
    expect(stateOf(decide, loaded([{ ...turn, decisions: [decided] }]))).toBe('decided');
    expect(stateOf(decide, loaded([{ ...turn, approvals: [] }]))).toBeUndefined();
  });

  it('that end a turn leave no open approval', () => {
    const turn = turnView({ status: 'waiting', approvals: [{ id: 'a', title: 'Allow a', options: [] }] });
    const over = { ...turn, status: 'cancelled' as const, approvals: [] };
    for (const action of [loaded([over]), events(eventsOf(turn.turnId, 1, { type: 'finished', turn: over }))]) {
      expect(play(start(), loaded([turn]), action).turns[0]?.view.approvals).toEqual([]);
    }
  });

  it('measure the clock difference by the fastest of them', () => {
    const turn = turnView({ status: 'running' });
    const list = eventsOf(turn.turnId, 1, { type: 'running', at: 100 }, { type: 'running', at: 160 });
    expect(play(start(), { type: 'events', events: list, receivedAt: 1000 }).clockAhead).toBe(840);
  });

  it('leave other turns identical, so that these are not drawn again', () => {
    const [a, b] = [turnView(), turnView({ status: 'running', response: '' })] as const;
    const before = play(start(), loaded([a, b]));
    const next = play(before, events(eventsOf(b.turnId, 1, { type: 'chunk', offset: 0, text: 'x' })));
    expect(next.turns[0]).toBe(before.turns[0]);
    expect(next.turns[1]).not.toBe(before.turns[1]);
  });
});

describe('a reset', () => {
  it('starts a new generation, and an older event does not undo it', () => {
    const state = play(
      start(),
      { type: 'reset', generation: 3 },
      events(eventsOf('', 1, { type: 'reset', generation: 2 })),
    );
    expect(state.generation).toBe(3);
  });

  it('is also detected from a turn of a newer generation', () => {
    expect(play(start(), loaded([turnView({ generation: 4 })])).generation).toBe(4);
  });
});

describe('sending', () => {
  it('empties the box at once, and adds the turn when it is accepted', () => {
    const turn = turnView({ message: 'hello', status: 'queued' });
    const sent = play(start(), { type: 'draft', text: 'hello' }, sending('hello'));
    expect(sent).toMatchObject({ draft: '', sending: { body: { message: 'hello' } } });
    const taken = play(sent, { type: 'taken', key: 'key of hello', turn });
    expect(taken).toMatchObject({ sending: null, attempt: null });
    expect(ids(taken)).toEqual([turn.turnId]);
  });

  it('shows the turn once, whether stream or response is first', () => {
    const turn = turnView({ message: 'hello', idempotencyKey: 'key of hello', status: 'queued' });
    const accepted = events(eventsOf(turn.turnId, 1, { type: 'accepted', turn }, { type: 'running' }));
    const taken: Action = { type: 'taken', key: 'key of hello', turn };
    for (const order of [
      [accepted, taken],
      [taken, accepted],
    ]) {
      const state = play(start(), sending('hello'), ...order);
      expect(ids(state)).toEqual([turn.turnId]);
      expect(state).toMatchObject({ sending: null, turns: [{ view: { status: 'running' } }] });
    }
  });

  it('does not end a second sending when the first is answered late', () => {
    const turn = turnView({ message: 'one', idempotencyKey: 'key of one', status: 'queued' });
    const state = play(
      start(),
      sending('one'),
      events(eventsOf(turn.turnId, 1, { type: 'accepted', turn })),
      sending('two'),
      { type: 'taken', key: 'key of one', turn },
    );
    expect(state.sending?.body.message).toBe('two');
  });

  it('returns a refused question to the box, before what was typed since', () => {
    const refused: Action = { type: 'not-taken', key: 'key of first', problem: 'no room', keepKey: false };
    const state = play(start(), sending('first'), { type: 'draft', text: 'second' }, refused);
    expect(state).toMatchObject({ draft: 'first\n\nsecond', sending: null, attempt: null, problem: 'no room' });
  });

  it('keeps the draft when a question from a chip is refused', () => {
    const refused: Action = { type: 'not-taken', key: 'key of chip', problem: 'no room', keepKey: false };
    const state = play(start(), { type: 'draft', text: 'mine' }, sending('chip', false), refused);
    expect(state.draft).toBe('mine');
  });

  it('keeps the key while it is unknown whether the question arrived', () => {
    const lost: Action = { type: 'not-taken', key: 'key of hello', problem: 'unreachable', keepKey: true };
    const state = play(start(), sending('hello'), lost);
    expect(state).toMatchObject({ draft: 'hello', attempt: { key: 'key of hello' } });
  });

  it('clears the box when the lost question turns out to have arrived', () => {
    const lost: Action = { type: 'not-taken', key: 'key of two\nlines', problem: 'unreachable', keepKey: true };
    const state = play(start(), sending('two\nlines'), lost);
    const turn = turnView({ message: 'two lines', idempotencyKey: 'key of two\nlines' });
    expect(play(state, loaded([turn]))).toMatchObject({ draft: '', attempt: null, problem: null });
    const edited = play(state, { type: 'draft', text: 'two\nlines and more' }, loaded([turn]));
    expect(edited).toMatchObject({ draft: 'two\nlines and more', attempt: null });
  });

  it('takes the same text with another key as another question', () => {
    const lost: Action = { type: 'not-taken', key: 'key of hello', problem: 'unreachable', keepKey: true };
    const same = { message: 'hello', sessionId: 'this-tab' };
    for (const idempotencyKey of ['another key', null]) {
      const turn = turnView({ ...same, idempotencyKey });
      const state = play(start(), sending('hello'), events(eventsOf(turn.turnId, 1, { type: 'accepted', turn })));
      expect(state.sending).not.toBeNull();
      // A reload, and the earlier one is in the history.
      const { draft, attempt } = play(state, lost);
      expect(play(start({ draft, attempt }), loaded([turn]))).toMatchObject({
        draft: 'hello',
        attempt: { key: 'key of hello' },
      });
    }
  });
});

describe('stopping', () => {
  it('is shown until the turn has ended', () => {
    const turn = turnView({ status: 'running' });
    const stopping = play(start(), loaded([turn]), { type: 'stopping', turnId: turn.turnId, stopping: true });
    expect(stopping.turns[0]?.stopping).toBe(true);
    const ended = play(stopping, { type: 'turn', turn: { ...turn, status: 'cancelled' } });
    expect(ended.turns[0]).toMatchObject({ stopping: false, view: { status: 'cancelled' } });
  });

  it('applies to the running turn, else to the first waiting one', () => {
    const [a, b, c] = [turnView(), turnView({ status: 'queued' }), turnView({ status: 'queued' })] as const;
    expect(activeTurn(play(start(), loaded([a, b, c])))?.view.turnId).toBe(b.turnId);
    expect(activeTurn(play(start(), loaded([a, b, { ...c, status: 'running' }])))?.view.turnId).toBe(c.turnId);
    expect(activeTurn(play(start(), loaded([a])))).toBeNull();
  });
});
