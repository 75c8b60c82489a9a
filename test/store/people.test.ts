import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SESSION_PATTERN } from '../../src/contract/names.ts';
import type { BrowserSession } from '../../src/contract/records/sign-in.ts';
import type { User } from '../../src/contract/records/user.ts';
import type { Scope } from '../../src/contract/scopes.ts';
import { placeOf } from '../../src/store/session-store.ts';
import type { Store } from '../../src/store/store.ts';
import { aUser, temporaryStore } from './temporary-store.ts';

const BY_CODE = { way: 'code', keyDigest: null } as const;

const BY = { actor: 'cli', at: 5 };

const MADE = { actor: 'cli', at: 1000 };

const newHash = () => randomBytes(32).toString('hex');

/** The hashes of a new session's two secrets, as a request brings them. */
async function aBrowserSession(
  { signIn }: Store,
  session: Pick<BrowserSession, 'userId' | 'expiresAt' | 'way' | 'keyDigest'>,
) {
  const [hash, keyHash] = [newHash(), newHash()];
  await signIn.addBrowserSession({ ...session, hash, keyHash, createdAt: MADE.at });
  return { hashes: [hash] as [string], keyHash };
}

/** Its hash. */
async function aCode({ signIn }: Store, userId: string): Promise<string> {
  const hash = newHash();
  await signIn.addCode({ hash, userId, expiresAt: 9000 }, MADE);
  return hash;
}

/** Its hash. */
async function aToken(
  { signIn }: Store,
  token: { userId: string; scopes: readonly Scope[]; expiresAt: number | null },
): Promise<string> {
  const hash = newHash();
  await signIn.addToken({ ...token, hash, name: 'ci' }, MADE);
  return hash;
}

test('concurrent requests create a user once, and later ones do not overwrite it', async () => {
  const { store } = await temporaryStore();
  const made = await Promise.all(
    Array.from({ length: 10 }, () => store.users.ensure({ subject: 'anna', name: 'Anna', role: 'owner', now: 5 })),
  );
  expect(made.filter(({ created }) => created)).toHaveLength(1);
  const { user } = await store.users.ensure({ subject: 'anna', name: 'Other', role: 'member', now: 9 });
  expect(user).toMatchObject({ subject: 'anna', name: 'Anna', role: 'owner', createdAt: 5, disabledAt: null });
  expect(await store.users.get(user.id)).toEqual(user);
  expect(await store.users.bySubject('anna')).toEqual(user);
  expect(await store.users.bySubject('ann')).toBeNull();
  expect(await store.users.list()).toEqual([user]);
});

test.each([
  ['8', '0123abcd-1111-4111-8111-111111111111', '0123abcd-2111-4111-8111-111111111111', 'p-0123abcd2'],
  ['12', '0123abcd-1111-4111-8111-111111111111', '0123abcd-1111-5111-8111-111111111111', 'p-0123abcd1'],
  ['31', '0123abcd-1111-4111-8111-111111111111', '0123abcd-1111-4111-8111-111111111112', 'p-0123abcd1'],
])('two users whose ids share %s digits get two sessions', async (_, first, second, expected) => {
  const ids = [first, second];
  const { store } = await temporaryStore({ newId: () => ids.shift() as string });
  const users = [
    (await store.users.ensure({ subject: 'a', now: 1 })).user,
    (await store.users.ensure({ subject: 'b', now: 1 })).user,
  ];
  const options = { prefix: 'p', host: 'local', now: 1 };
  const sessions = [];
  for (const user of users) sessions.push(await store.sessions.ofUser(user, options));
  expect(sessions.map((session) => session.name)).toEqual(['p-0123abcd', expected]);
  expect(sessions.every((session) => SESSION_PATTERN.test(session.name))).toBe(true);
  for (const [index, user] of users.entries()) {
    expect(await store.sessions.ofUser(user, { ...options, now: 2 })).toEqual(sessions[index]);
  }
});

test('twenty users with similar ids who arrive at once get one session name each', async () => {
  let next = 0;
  const { store } = await temporaryStore({
    newId: () => `0123abcd-1111-4111-8111-1111111111${(10 + next++).toString()}`,
  });
  const users = [];
  for (let i = 0; i < 20; i++) users.push((await store.users.ensure({ subject: `${i}`, now: 1 })).user);
  const sessions = await Promise.all(
    [...users, ...users, ...users].map((user) => store.sessions.ofUser(user, { prefix: 'p', host: 'local', now: 1 })),
  );
  expect(new Set(sessions.map((session) => session.name)).size).toBe(20);
  expect(new Set(sessions.map((session) => `${session.userId} ${session.name}`)).size).toBe(20);
});

test('a reset and a move to another host start a new generation under the same name', async () => {
  const { store } = await temporaryStore();
  const { user, session } = await aUser(store, 'anna');
  expect(await store.sessions.startOver(session.name, BY)).toEqual({ ...session, generation: 2 });
  const way = { from: 'local', to: 'laptop', because: 'asked' as const };
  const moved = await store.sessions.move(session.name, way, BY);
  expect(moved).toEqual({ ...session, generation: 3, host: 'laptop', movedIn: 3 });
  // Somebody was faster: it does not move twice.
  expect(await store.sessions.move(session.name, { ...way, to: 'desk' }, BY)).toEqual(moved);
  expect(await store.sessions.ofUser(user, { prefix: 'other', host: 'local', now: 5 })).toEqual(moved);
  expect(await store.sessions.list()).toEqual([{ ...moved, title: null, archivedAt: null, subject: 'anna' }]);
  await expect(store.sessions.startOver('nobody', BY)).rejects.toMatchObject({ code: 'not_found' });
});

test('a code signs in once, until it expires', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  const code = await aCode(store, user.id);
  // Whose it is can be seen without using it up.
  expect(await store.signIn.byCode(code, 1001)).toEqual(user);
  const taken = await Promise.all(Array.from({ length: 5 }, () => store.signIn.takeCode(code, 1001)));
  expect(taken.filter((found) => found !== null)).toEqual([user]);
  expect(await store.signIn.byCode(code, 1001)).toBeNull();
  const old = await aCode(store, user.id);
  expect(await store.signIn.byCode(old, 9000)).toBeNull();
  expect(await store.signIn.takeCode(old, 9000)).toBeNull();
  expect(await store.signIn.takeCode(newHash(), 1001)).toBeNull();
});

test('browser sessions and tokens are valid until they expire', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  const browser = await aBrowserSession(store, { ...BY_CODE, userId: user.id, expiresAt: 2000 });
  const token = await aToken(store, { userId: user.id, scopes: ['ask', 'read'], expiresAt: 2000 });
  const lasting = await aToken(store, { userId: user.id, scopes: ['ask', 'read'], expiresAt: null });
  expect(await store.signIn.byBrowserSession(browser, 1999)).toEqual({ user, hash: browser.hashes[0] });
  expect(await store.signIn.byBrowserSession(browser, 2000)).toBeNull();
  expect(await store.signIn.byToken(token, 1999)).toEqual({ user, scopes: ['ask', 'read'] });
  expect(await store.signIn.byToken(token, 2000)).toBeNull();
  expect(await store.signIn.byToken(lasting, 2000)).toEqual({ user, scopes: ['ask', 'read'] });
  expect(await store.signIn.byToken(browser.hashes[0], 1500)).toBeNull();
  await store.signIn.dropBrowserSession(browser.hashes[0]);
  expect(await store.signIn.byBrowserSession(browser, 1500)).toBeNull();
});

test('a browser session needs both its secrets; one from before session keys is refused', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  const session = { ...BY_CODE, userId: user.id, expiresAt: 2000 };
  const [one, other] = [await aBrowserSession(store, session), await aBrowserSession(store, session)];
  const find = (secrets: { hashes: readonly string[]; keyHash: string }) =>
    store.signIn.byBrowserSession(secrets, 1500);
  expect(await find({ hashes: one.hashes, keyHash: other.keyHash })).toBeNull();
  expect(await find({ hashes: one.hashes, keyHash: '' })).toBeNull();
  expect(await find({ hashes: [], keyHash: one.keyHash })).toBeNull();
  expect(await find({ hashes: [one.keyHash], keyHash: one.hashes[0] })).toBeNull();
  // Another cookie beside it is no harm.
  expect(await find({ ...one, hashes: [...other.hashes, ...one.hashes] })).toEqual({ user, hash: one.hashes[0] });

  await store.signIn.addBrowserSession({ ...session, hash: 'old', keyHash: '', createdAt: 1000 });
  expect(await find({ hashes: ['old'], keyHash: '' })).toBeNull();
  const without = (hashes: string[]) => store.signIn.hasSessionWithoutKey(hashes);
  expect([await without(['old']), await without(one.hashes), await without([])]).toEqual([true, false, false]);
  expect(await store.signIn.countBrowserSessions(user.id, 1500)).toBe(2);
});

test('a user’s role, state and profile can be changed', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store, 'anna');
  expect(await store.users.setRole(user.id, 'admin', BY)).toEqual({ ...user, role: 'admin' });
  expect(await store.users.disable(user.id, BY)).toMatchObject({ disabledAt: 5 });
  expect(await store.users.enable(user.id, BY)).toMatchObject({ disabledAt: null });
  const says = { name: 'Anna B.', email: 'a@b.example', locale: 'de' };
  expect(await store.users.describe(user.id, says)).toEqual({ ...user, role: 'admin', signedOutAt: 5, ...says });
  expect(await store.users.get(user.id)).toMatchObject(says);
  for (const change of [() => store.users.setRole('x', 'admin', BY), () => store.users.disable('x', BY)]) {
    await expect(change()).rejects.toMatchObject({ code: 'not_found' });
  }
});

test('setting a new owner makes the earlier owner a member', async () => {
  const { store } = await temporaryStore();
  const { user: anna } = await store.users.ensure({ subject: 'anna', role: 'owner', now: 1 });
  const { user: bert } = await aUser(store, 'bert');
  const { user: carl } = await aUser(store, 'carl');
  await store.users.setRole(carl.id, 'admin', BY);
  await store.users.disable(bert.id, BY);
  expect(await store.users.setOwner(bert.id, BY)).toEqual({ ...bert, role: 'owner', signedOutAt: 5 });
  const roles = (await store.users.list()).map(({ subject, role }) => [subject, role]);
  expect(Object.fromEntries(roles)).toEqual({ anna: 'member', bert: 'owner', carl: 'admin' });
  await expect(store.users.setOwner('nobody', BY)).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.users.get(bert.id)).toMatchObject({ role: 'owner' });
  expect(await store.users.get(anna.id)).toMatchObject({ role: 'member' });
});

test('tokens can be listed, and revoked by a prefix of their id', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store, 'anna');
  const { user: bert } = await aUser(store, 'bert');
  const hash = await aToken(store, { userId: user.id, scopes: ['read'], expiresAt: 9000 });
  await aToken(store, { userId: bert.id, scopes: ['ask', 'read'], expiresAt: null });
  const [token, ...rest] = await store.signIn.tokens({ userId: user.id });
  expect(rest).toEqual([]);
  expect(token).toEqual({
    id: hash.slice(0, 10),
    userId: user.id,
    name: 'ci',
    scopes: ['read'],
    createdAt: 1000,
    lastUsedAt: null,
    expiresAt: 9000,
  });
  await store.signIn.byToken(hash, 5_000_000);
  await store.signIn.byToken(hash, 5000);
  expect(await store.signIn.tokens()).toHaveLength(2);
  expect((await store.signIn.tokens({ userId: user.id }))[0]).toMatchObject({ lastUsedAt: null });
  await expect(store.signIn.dropToken('', BY)).rejects.toMatchObject({ code: 'not_found' });
  await expect(store.signIn.dropToken('%', BY)).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.signIn.dropToken(hash.slice(0, 8), BY)).toEqual(token);
  expect(await store.signIn.byToken(hash, 1001)).toBeNull();
  await expect(store.signIn.dropToken(hash, BY)).rejects.toMatchObject({ code: 'not_found' });
});

test('signing out everywhere ends browser sessions and codes; tokens only if asked', async () => {
  const { store } = await temporaryStore();
  const [anna, bert] = [(await aUser(store, 'anna')).user, (await aUser(store, 'bert')).user];
  const enter = async (userId: string) => ({
    browser: await aBrowserSession(store, { ...BY_CODE, userId, expiresAt: 9000 }),
    code: await aCode(store, userId),
    token: await aToken(store, { userId, scopes: ['read'], expiresAt: null }),
  });
  const [first, second] = [await enter(anna.id), await enter(bert.id)];
  expect(await store.signIn.countBrowserSessions(anna.id, 1500)).toBe(1);
  expect(await store.signIn.signOutEverywhere(anna.id, { now: 1500, tokens: false, actor: 'cli' })).toEqual({
    browsers: 1,
    tokens: 0,
  });
  expect(await store.signIn.byBrowserSession(first.browser, 1501)).toBeNull();
  expect(await store.signIn.takeCode(first.code, 1501)).toBeNull();
  expect(await store.signIn.byToken(first.token, 1501)).not.toBeNull();
  expect(await store.users.get(anna.id)).toMatchObject({ signedOutAt: 1500 });
  expect(await store.signIn.signOutEverywhere(anna.id, { now: 1600, tokens: true, actor: 'cli' })).toEqual({
    browsers: 0,
    tokens: 1,
  });
  expect(await store.signIn.byToken(first.token, 1601)).toBeNull();
  expect(await store.signIn.byBrowserSession(second.browser, 1601)).toMatchObject({ user: bert });
  expect(await store.signIn.takeCode(second.code, 1601)).toEqual(bert);
});

test('browser sessions made with another application key are ended', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  const session = { userId: user.id, expiresAt: 9000 };
  const [old, now] = [
    await aBrowserSession(store, { ...session, way: 'jwt', keyDigest: 'old' }),
    await aBrowserSession(store, { ...session, way: 'jwt', keyDigest: 'new' }),
  ];
  const byCode = await aBrowserSession(store, { ...session, ...BY_CODE });
  expect(await store.signIn.dropBrowserSessionsOfOtherKeys('jwt', ['new'])).toBe(1);
  const found = await Promise.all([old, now, byCode].map((secrets) => store.signIn.byBrowserSession(secrets, 1001)));
  expect(found.map((each) => each?.user ?? null)).toEqual([null, user, user]);
  expect(await store.signIn.dropBrowserSessionsOfOtherKeys('jwt', [])).toBe(1);
  expect(await store.signIn.byBrowserSession(byCode, 1001)).toMatchObject({ user });
});

test('an embedded session ends when it is ended, expires, or its key is gone, and its token is spent by the first alone', async () => {
  const { store } = await temporaryStore();
  const { id: userId } = (await aUser(store, 'jwt:ana')).user;
  const session = { hash: 'h', tokenHash: 't', userId, issuedAt: 1000, expiresAt: 5000, keyDigest: 'new' };
  await store.signIn.addEmbeddedSession(session, 1000);
  const found = (now: number, ...keyDigests: string[]) =>
    store.signIn.byEmbeddedSession({ hash: 'h', keyDigests }, now);
  expect(await found(2000, 'old', 'new')).toMatchObject({ user: { id: userId }, issuedAt: 1000, expiresAt: 5000 });
  expect([await found(5000, 'new'), await found(2000, 'old'), await found(2000)]).toEqual([null, null, null]);
  expect(await store.signIn.isTokenSpent('t')).toBe(false);
  await store.signIn.endEmbeddedSession('h', 3000);
  expect([await found(3000, 'new'), await store.signIn.isTokenSpent('t')]).toEqual([null, true]);
});

test('users come in pages in the order in which they came, and are found by parts of their names', async () => {
  const { store } = await temporaryStore();
  const made = [];
  for (const [subject, name, email] of [
    ['jwt:1', 'Özlem Çelik', 'oezlem@example.org'],
    ['jwt:2', 'Anna Ösen', null],
    ['jwt:3', 'annabel 100%', 'a_b@example.org'],
    ['jwt:4', 'Bert', 'BERT@EXAMPLE.ORG'],
  ] as const) {
    made.push((await store.users.ensure({ subject, name, email, now: 5 })).user);
  }
  const ids = made.map(({ id }) => id).sort(); // they came at the same time
  const pages = [];
  for (let after: string | undefined; ; ) {
    const page = await store.users.list({ after, limit: 3 });
    if (page.length === 0) break;
    pages.push(page.map(({ id }) => id));
    after = page.at(-1)?.id;
  }
  expect(pages).toEqual([ids.slice(0, 3), ids.slice(3)]);
  const found = async (search: string) =>
    (await store.users.overview(0, { search, limit: 10 })).map(({ subject }) => subject.slice(4)).sort();
  expect(await found('ANNA')).toEqual(['2', '3']);
  expect(await found('anna ösen')).toEqual(['2']);
  expect(await found('öz')).toEqual(['1']);
  expect(await found('ÖSEN')).toEqual(['2']);
  expect(await found('bert@example.org')).toEqual(['4']);
  expect(await found('jwt:3')).toEqual(['3']);
  expect(await found('0%')).toEqual(['3']);
  expect(await found('a_b@')).toEqual(['3']);
  expect(await found('example.org 100')).toEqual(['3']);
  expect(await found('%')).toEqual([]);
  expect(await found('nobody')).toEqual([]);
  expect(await found(' ')).toHaveLength(4);
  const gone = made[0] as User;
  await store.users.remove(gone.id, { actor: 'cli', at: 9 });
  await expect(store.users.list({ after: gone.id, limit: 1 })).rejects.toMatchObject({ code: 'not_found' });
});

test('conversations come in pages, those used last first, also where several were used at the same time', async () => {
  const { store } = await temporaryStore();
  const names: string[] = [];
  for (const now of [1, 2, 2, 2, 3]) {
    const { user } = await store.users.ensure({ subject: `${names.length}`, now });
    names.unshift((await store.sessions.ofUser(user, { prefix: 'p', host: 'local', now })).name);
  }
  const inOrder = [names[0], ...names.slice(1, 4).sort().reverse(), names[4]];
  const seen: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = await store.sessions.list({ before, limit: 2 });
    const last = page.at(-1);
    if (last === undefined) break;
    seen.push(...page.map(({ name }) => name));
    before = placeOf(last);
  }
  expect(seen).toEqual(inOrder);
  expect((await store.sessions.find('0'))?.name).toBe(names[4]);
  expect((await store.sessions.find(names[2] as string))?.name).toBe(names[2]);
  expect(await store.sessions.find('nobody')).toBeNull();
});
