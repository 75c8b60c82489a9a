/** Signing in, without a browser or a server; `test/http/` tests the routes on top of it. */
import { expect, test } from 'vitest';
import type { BrowserSecrets } from '../../../src/services/sign-in/identity.ts';
import type { NewSession, SignInService } from '../../../src/services/sign-in/sign-in.ts';
import { aUser, temporaryStore } from '../../store/temporary-store.ts';
import { aCode } from '../../support/credentials.ts';
import { signInOf } from './sign-in-of.ts';

const NOBODY: BrowserSecrets = { cookies: [], sessionKey: null, cookiesWithoutKey: [] };
const JWT = {
  keyDigests: ['key'],
  admit: async (subject: string) => ({
    subject,
    name: subject,
    email: null,
    locale: null,
    issuedAt: 0,
    expiresAt: 9e15,
    keyDigest: 'key',
  }),
};

async function enter(signIn: SignInService, code: string, browser = NOBODY, replace = false): Promise<BrowserSecrets> {
  const entered = await signIn.withCode(code, { browser, client: 'client', replace });
  if (!entered.signedIn) throw new Error(`${entered.signedInAs} is signed in there`);
  return secretsOf(entered);
}

function secretsOf({ secret, sessionKey }: NewSession): BrowserSecrets {
  return { ...NOBODY, cookies: [secret], sessionKey };
}

test('signing in again in the same browser ends its earlier session', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store, 'anna');
  const signIn = signInOf(store);
  const first = await enter(signIn, await aCode(store, user.id));
  const second = await enter(signIn, await aCode(store, user.id), first);
  expect(await signIn.byBrowser(first)).toBeNull();
  expect(await signIn.byBrowser(second)).toMatchObject({ way: 'cookie', user: { id: user.id } });
  expect(await signIn.byBrowser({ ...second, sessionKey: null })).toBeNull();
});

test('another user’s code is neither used nor replaces the session until confirmed', async () => {
  const { store } = await temporaryStore();
  const [anna, bert] = [(await aUser(store, 'anna')).user, (await aUser(store, 'bert')).user];
  const signIn = signInOf(store);
  const hers = await enter(signIn, await aCode(store, anna.id));
  const code = await aCode(store, bert.id);
  expect(await signIn.withCode(code, { browser: hers, client: 'client', replace: false })).toEqual({
    signedIn: false,
    signedInAs: anna.name,
    linkFor: bert.name,
  });
  expect(await signIn.byBrowser(hers)).not.toBeNull();
  const his = await enter(signIn, code, hers, true);
  expect([await signIn.byBrowser(hers), (await signIn.byBrowser(his))?.user.id]).toEqual([null, bert.id]);
});

test('an exchange refused by its limit makes no session', async () => {
  const { store } = await temporaryStore();
  const signIn = signInOf(store, { jwt: JWT });
  const at = { browser: NOBODY, client: 'client', replace: true };
  const counted: string[] = [];
  const entered = await signIn.withApplicationToken('jwt:anna', at, async ({ subject }) => void counted.push(subject));
  expect(entered.signedIn && (await signIn.byBrowser(secretsOf(entered)))?.user.subject).toBe('jwt:anna');
  const refuse = async () => {
    throw new Error('too many');
  };
  await expect(signIn.withApplicationToken('jwt:anna', at, refuse)).rejects.toThrow('too many');
  const { id } = (await store.users.bySubject('jwt:anna')) ?? { id: '' };
  expect([counted, await store.signIn.countBrowserSessions(id, Date.now())]).toEqual([['jwt:anna'], 1]);
});

test('signing out ends the current session; signing out everywhere ends all', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store, 'anna');
  const left: (string | undefined)[] = [];
  const signIn = signInOf(store, { onSignIn: ({ kind, reason }) => void (kind === 'sign-out' && left.push(reason)) });
  const [one, two, three] = [
    await enter(signIn, await aCode(store, user.id)),
    await enter(signIn, await aCode(store, user.id)),
    await enter(signIn, await aCode(store, user.id)),
  ];
  const identity = await signIn.byBrowser(one);
  if (identity === null) throw new Error('nobody is signed in');
  await signIn.signOut(identity, { everywhere: false });
  const inside = async () =>
    await Promise.all([one, two, three].map(async (each) => (await signIn.byBrowser(each)) !== null));
  expect([await inside(), await signIn.stillIn(identity)]).toEqual([[false, true, true], null]);
  await signIn.signOut(identity, { everywhere: true });
  expect(await inside()).toEqual([false, false, false]);
  expect(left).toEqual([undefined, 'everywhere']);
});
