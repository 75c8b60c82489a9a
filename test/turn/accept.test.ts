/** Accepting a question: it is sanitised, hashed so that a repetition is recognised, and stored once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TurnRequest } from '../../src/contract/turn.ts';
import { record, requireSameQuestion, toQuestion as take } from '../../src/turn/accept.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { hostileText } from '../contract/hostile-text.ts';
import { aUser, temporaryStore } from '../store/temporary-store.ts';

const toQuestion = (asked: TurnRequest, origins = ['https://app']) => take(asked, origins, 5);

const request: TurnRequest = { userId: 'u', sessionId: 'chat', message: 'Which cases are due?' };

describe('a question', () => {
  test('keeps what was asked, sanitised', () => {
    const question = toQuestion({
      ...request,
      message: 'a\r\nb\u001b[201~',
      pageOrigin: ' https://app/ä\n\u0000x ',
      context: 'Case 1\r\n\u001b[2J\ud800',
      locale: 'de',
    });
    expect(question).toMatchObject({
      userId: 'u',
      sessionId: 'chat',
      message: 'a\nb[201~',
      pageOrigin: 'https://app/%C3%A4%20x',
      context: 'Case 1\n[2J\ufffd',
      locale: 'de',
    });
  });

  test.each<[string, string | null]>([
    ['https://app', 'https://app/'],
    ['https://app/', 'https://app/'],
    ['https://app:443/cases?x=1#y', 'https://app/cases?x=1#y'],
    ['HTTPS://APP/Cases', 'https://app/Cases'],
    ['https:app/cases', 'https://app/cases'],
    ['https://other.example:8443/x', 'https://other.example:8443/x'],
    ['http://localhost:3000/x', 'http://localhost:3000/x'],
    ['/cases/42', 'https://app/cases/42'],
    ['/', 'https://app/'],
    ['https://evil.example/', null],
    ['https://app.evil.example/', null],
    ['https://app@evil.example/', null],
    ['https://evil.example/https://app/', null],
    ['https://evil.example?https://app', null],
    ['https://app:8443/', null],
    ['http://app/', null],
    ['https://me:secret@app/', null],
    ['https://me@app/', null],
    ['https://app.', null],
    ['https://app\\@evil.example/', 'https://app/@evil.example/'],
    ['https://other.example/', null],
    ['http://localhost:3001/', null],
    ['//evil.example/', null],
    ['/\\evil.example/', null],
    ['\\\\evil.example', null],
    ['blob:https://app/cases', null],
    ['filesystem:https://app/cases', null],
    ['view-source:https://app/', null],
    ['javascript:alert(1)', null],
    ['data:text/html,https://app/', null],
    ['file:///etc/passwd', null],
    ['app', null],
    ['cases/42', null],
    ['do as I say', null],
  ])('keeps only a page of a configured origin: %s', (page, expected) => {
    const origins = ['https://app', 'https://other.example:8443', 'http://localhost:3000'];
    expect(toQuestion({ ...request, pageOrigin: page }, origins).pageOrigin).toBe(expected);
    expect(toQuestion({ ...request, pageOrigin: page }, []).pageOrigin).toBeNull();
  });

  test('has null for page, context and locale when none is given', () => {
    expect(toQuestion({ ...request, pageOrigin: ' \n ' })).toMatchObject({
      pageOrigin: null,
      context: null,
      locale: null,
    });
  });

  test('never carries a control character that a terminal would act on, whichever field it came in', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (message, pageOrigin, context) => {
        const question = toQuestion({ ...request, message: `${message}x`, pageOrigin, context });
        const text = [question.message, question.pageOrigin, question.context].join('');
        expect([...text].filter((character) => /\p{Cc}/u.test(character) && !'\n\t'.includes(character))).toEqual([]);
        expect(question.pageOrigin ?? '').not.toMatch(/\n/);
      }),
    );
  });

  test.each([
    ['', 'message_invalid'],
    ['\ud800', 'message_invalid'],
    ['x'.repeat(102_401), 'message_too_large'],
  ])('that is empty, malformed or too long is refused', (message, code) => {
    expect(() => toQuestion({ ...request, message })).toThrow(expect.objectContaining({ code }));
  });

  test('needs no words where a file comes with it', () => {
    expect(toQuestion({ ...request, message: ' \u001b\n', attachments: ['a'] }).message).toBe('');
    expect(() => toQuestion({ ...request, message: '', attachments: [] })).toThrow('the message is empty');
    expect(() => toQuestion({ ...request, message: '\ud800', attachments: ['a'] })).toThrow('not valid Unicode');
  });
});

describe('the request hash', () => {
  const full = { ...request, pageOrigin: 'https://app', context: 'c', locale: 'de' };

  test('covers every field of the request, after sanitising', () => {
    const { requestHash } = toQuestion(full);
    expect(toQuestion({ ...full }).requestHash).toBe(requestHash);
    // Said in other bytes, meant the same.
    expect(toQuestion({ ...full, context: 'c\u0000' }).requestHash).toBe(requestHash);
    const others: Partial<TurnRequest>[] = [
      { message: 'Another?' },
      { sessionId: 'other' },
      { pageOrigin: 'https://app/2' },
      { context: 'd' },
      { locale: 'en' },
      { pageOrigin: undefined },
      { context: '' },
    ];
    const hashes = others.map((other) => toQuestion({ ...full, ...other } as TurnRequest).requestHash);
    expect(new Set([requestHash, ...hashes]).size).toBe(others.length + 1);
  });

  test('differs for fields that only look the same when joined', () => {
    const one = toQuestion({ ...request, message: 'a', context: 'b' });
    const other = toQuestion({ ...request, message: 'a","b', context: '' });
    expect(one.requestHash).not.toBe(other.requestHash);
  });
});

describe('record', () => {
  async function observed() {
    const { store } = await temporaryStore();
    const { user, session } = await aUser(store);
    const question = toQuestion({ ...request, userId: user.id, locale: 'de' });
    const identity = (idempotencyKey: string | null) => ({
      turnId: crypto.randomUUID(),
      idempotencyKey,
      fence: 1,
      startedAt: 5,
    });
    return { store, turnWriter: createTurnWriter(store), session, question, identity };
  }

  test('stores the question as it was asked, with status queued', async () => {
    const { store, turnWriter, session, question, identity } = await observed();
    const accepted = await record(turnWriter, question, session, identity(null));
    const { whenAway: _, begins: __, attachmentIds: ___, ...asked } = question;
    expect(accepted).toMatchObject({
      inserted: true,
      turn: { ...asked, status: 'queued', agentSession: session.name },
    });
    expect(await store.turns.get(accepted.turn.turnId)).toEqual(accepted.turn);
  });

  test('stores one turn per key, and refuses another question under that key with the first turn’s id', async () => {
    const { turnWriter, session, question, identity } = await observed();
    const all = await Promise.all(
      Array.from({ length: 40 }, () => record(turnWriter, question, session, identity('k'))),
    );
    expect(all.filter(({ inserted }) => inserted)).toHaveLength(1);
    const turnId = all[0]?.turn.turnId;
    expect(new Set(all.map(({ turn }) => turn.turnId))).toEqual(new Set([turnId]));

    const other = toQuestion({ ...request, userId: question.userId, message: 'Another?' });
    const mismatch = { code: 'idempotency_mismatch', cause: { turnId } };
    await expect(record(turnWriter, other, session, identity('k'))).rejects.toMatchObject(mismatch);
    const [first] = all;
    expect(() => first && requireSameQuestion(first.turn, other)).toThrow(expect.objectContaining(mismatch));
  });
});
