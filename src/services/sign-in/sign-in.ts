/** Signs users in and out. */
import { PaliadinError } from '../../contract/errors.ts';
import type { BrowserWay } from '../../contract/records/sign-in.ts';
import type { User } from '../../contract/records/user.ts';
import type { Store } from '../../store/store.ts';
import { DISABLED } from '../authorisation.ts';
import { limitAttempts } from './attempts.ts';
import type { DenialLimits } from './denials.ts';
import { createIdentities, type Identities } from './identities.ts';
import type { BrowserSecrets, Identity } from './identity.ts';
import type { JwtAuthenticator } from './jwt-authenticator.ts';
import { hashSecret, newEmbeddedBearer, newSecret, type Random } from './secrets.ts';
import type { SignInEvent } from './sign-in-event.ts';
import { createSignInEvents, type SignInEvents } from './sign-in-events.ts';
import { recordSignIns } from './sign-in-record.ts';
import { untilNewTokensCount } from './token-second.ts';

export interface SignInService extends Identities {
  /** Whether tokens of an application are accepted. */
  readonly application: boolean;
  /** Sign-ins, refusals and sign-outs. */
  readonly events: SignInEvents;
  /**
   * Signs a browser in with a one-time code. Where another user is signed in there, nothing changes unless `replace`.
   * @throws PaliadinError `unauthenticated`, `not_allowed`, `rate_limited`
   */
  withCode(code: string, at: At & { replace: boolean }): Promise<NewSession | WouldReplace>;
  /**
   * Signs a browser in with the application's token, as `withCode` does with a code. `count` counts the exchange for its
   * user: a code works once, but a token could create any number of sessions.
   * @throws PaliadinError as `withCode`, and what `count` throws
   */
  withApplicationToken(
    token: string,
    at: At & { replace: boolean },
    count: (user: User) => Promise<void>,
  ): Promise<NewSession | WouldReplace>;
  /**
   * Exchanges the application's token for a bearer that can be ended, and holds no longer than the token. The token itself
   * stays as good as it is, until that bearer is signed out.
   * @throws PaliadinError as `withCode`, and what `count` throws
   */
  embed(token: string, at: { client: string }, count: (user: User) => Promise<void>): Promise<Embedded>;
  /**
   * Ends the caller's sign-in; with `everywhere` all their browser sessions, unused codes, and the application's
   * tokens. Resolves when a token that the application makes then is accepted.
   */
  signOut(identity: Identity, options: { everywhere: boolean }): Promise<void>;
  /** Why a browser's earlier sign-in is no longer valid; null where it had none. */
  lapsed(browser: BrowserSecrets): Promise<'ended' | 'update' | null>;
  /** Writes the counts of denials, and waits until they are on record. */
  close(): Promise<void>;
}

export interface Embedded {
  bearer: string;
  expiresAt: number;
  userId: string;
}

interface At {
  browser: BrowserSecrets;
  /** The key that a refusal counts for: one for each client. */
  client: string;
}

export interface NewSession {
  signedIn: true;
  /** For a cookie that the page can't read. */
  secret: string;
  /** For the page. Neither secret works without the other. */
  sessionKey: string;
  lifetimeMs: number;
}

export interface WouldReplace {
  signedIn: false;
  signedInAs: string;
  linkFor: string;
}

export interface SignInOptions {
  store: Pick<Store, 'users' | 'signIn' | 'audit'>;
  /** Null where tokens of an application are not accepted. */
  jwt: JwtAuthenticator | null;
  random: Random;
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Called for each sign-in, refusal and sign-out; has to be quick. */
  onSignIn(event: SignInEvent): void;
  onError(what: string, error: unknown): void;
  denialLimits?: DenialLimits | undefined;
}

/** A month: to sign in again takes one link. */
export const BROWSER_SESSION_MS = 30 * 24 * 60 * 60 * 1000;

/** A working day: the application signs its user in again automatically, while they are still its user. */
const APPLICATION_SESSION_MS = 12 * 60 * 60 * 1000;

export function createSignInService(options: SignInOptions): SignInService {
  const { store, jwt, random, clock, now, denialLimits } = options;
  const events = createSignInEvents(recordSignIns(options), now, denialLimits);
  const identities = createIdentities({ store, jwt, events, clock });
  const attempts = limitAttempts(events, now);

  function refuseDisabled(user: User, way: BrowserWay): void {
    if (user.disabledAt === null) return;
    events.deny(`disabled ${user.id}`, { kind: 'sign-in-denied', userId: user.id, way, reason: 'disabled' });
    throw new PaliadinError('not_allowed', DISABLED);
  }

  /** `before`: the user who was signed in there until now. */
  async function open(
    user: User,
    way: BrowserWay,
    {
      browser,
      before,
      keyDigest = null,
    }: { browser: BrowserSecrets; before: Identity | null; keyDigest?: string | null },
  ): Promise<NewSession> {
    await forget(browser, before);
    const lifetimeMs = way === 'code' ? BROWSER_SESSION_MS : APPLICATION_SESSION_MS;
    const [secret, sessionKey] = [newSecret(random), newSecret(random)];
    const createdAt = clock();
    await store.signIn.addBrowserSession({
      hash: hashSecret(secret),
      keyHash: hashSecret(sessionKey),
      userId: user.id,
      createdAt,
      expiresAt: createdAt + lifetimeMs,
      way,
      keyDigest,
    });
    events.emit({ kind: 'sign-in', userId: user.id, way, onRecord: true });
    return { signedIn: true, secret, sessionKey, lifetimeMs };
  }

  /** Deletes the browser's earlier sessions: it can't use them any more, so nobody else may. */
  async function forget({ cookiesWithoutKey }: BrowserSecrets, before: Identity | null): Promise<void> {
    if (before !== null) await store.signIn.dropBrowserSession(before.hash);
    for (const hash of cookiesWithoutKey.map(hashSecret)) {
      if (await store.signIn.hasSessionWithoutKey([hash])) await store.signIn.dropBrowserSession(hash);
    }
  }

  return {
    ...identities,
    application: jwt !== null,
    events,
    close: events.close,

    async withCode(code, { browser, client, replace }) {
      const hash = hashSecret(code);
      const user = await attempts.by('code', code, client, () => required(store.signIn.byCode(hash, clock())));
      refuseDisabled(user, 'code');
      const before = await identities.byBrowser(browser);
      if (!replace && isOther(before, user)) return { signedIn: false, ...namesOf(before.user, user) };
      await attempts.by('code', code, client, () => required(store.signIn.takeCode(hash, clock())));
      return await open(user, 'code', { browser, before });
    },

    async withApplicationToken(token, { browser, client, replace }, count) {
      const { user, keyDigest = null } = await attempts.by('jwt', token, client, () => identities.byApplication(token));
      await count(user);
      refuseDisabled(user, 'jwt');
      const before = await identities.byBrowser(browser);
      if (!replace && isOther(before, user)) return { signedIn: false, ...namesOf(before.user, user) };
      return await open(user, 'jwt', { browser, before, keyDigest });
    },

    async embed(token, { client }, count) {
      const { user, issuedAt, expiresAt, hash, keyDigest } = await attempts.by('jwt', token, client, () =>
        identities.byApplication(token),
      );
      await count(user);
      refuseDisabled(user, 'jwt');
      // Who can admit a token has keys, and an application's token states its times.
      if (issuedAt === null || expiresAt === null || keyDigest === undefined)
        throw new PaliadinError('unauthenticated');
      const bearer = newEmbeddedBearer(random);
      const session = { hash: hashSecret(bearer), tokenHash: hash, userId: user.id, issuedAt, expiresAt, keyDigest };
      await store.signIn.addEmbeddedSession(session, clock());
      events.emitSeldom(`jwt ${user.id}`, { kind: 'sign-in', userId: user.id, way: 'jwt' });
      return { bearer, expiresAt, userId: user.id };
    },

    async signOut({ user: { id: userId }, way, hash, embedded }, { everywhere }) {
      if (everywhere) {
        const now = clock();
        await store.signIn.signOutEverywhere(userId, { now, tokens: false, actor: userId });
        events.emit({ kind: 'sign-out', userId, way, reason: 'everywhere', onRecord: true });
        await untilNewTokensCount(now);
      } else if (embedded) {
        await store.signIn.endEmbeddedSession(hash, clock());
        events.emit({ kind: 'sign-out', userId, way });
      } else if (way === 'cookie') {
        await store.signIn.dropBrowserSession(hash);
        events.emit({ kind: 'sign-out', userId, way });
      }
    },

    async lapsed({ cookies, cookiesWithoutKey }) {
      if (cookies.length > 0) return 'ended';
      return (await store.signIn.hasSessionWithoutKey(cookiesWithoutKey.map(hashSecret))) ? 'update' : null;
    },
  };
}

async function required(found: Promise<User | null>): Promise<User> {
  const user = await found;
  if (user !== null) return user;
  throw new PaliadinError('unauthenticated', 'this code is unknown, used or too old; ask for a new link');
}

/** Whether somebody else is signed in, who may be asked first. */
function isOther(before: Identity | null, user: User): before is Identity {
  return before !== null && before.user.disabledAt === null && before.user.id !== user.id;
}

/** Two people may have the same name; then their subjects tell them apart. */
function namesOf(before: User, user: User): { signedInAs: string; linkFor: string } {
  const nameOf = ({ name, subject }: User) => (before.name === user.name ? `${name} (${subject})` : name);
  return { signedInAs: nameOf(before), linkFor: nameOf(user) };
}
