/** Who asks: by the cookie and session key of a signed-in browser, an API token, an application's token, or a proxy's word. */
import type { FastifyRequest } from 'fastify';
import { PaliadinError } from '../../contract/errors.ts';
import type { User } from '../../contract/records/user.ts';
import { SESSION_KEY_HEADER } from '../../contract/session-key.ts';
import { hashSecret } from '../../store/secrets.ts';
import { cookiesOf } from '../browser-cookie.ts';
import type { Identity, ServerOptions } from '../options.ts';
import type { Claimed } from './claimed.ts';
import type { AdmittedToken } from './jwt-authenticator.ts';
import { namedByProxy } from './proxy.ts';
import type { SignInEvents } from './sign-in-events.ts';

export interface Authenticators {
  /** Null where nobody is signed in. @throws PaliadinError where somebody says that they are, and why that is not so */
  whoAsks(request: FastifyRequest): Promise<Identity | null>;
  /** Who is signed in in this browser; null where nobody is, or one of its two secrets is missing. */
  byBrowser(request: FastifyRequest): Promise<Identity | null>;
  /** The same caller as they are now; null once what let them in is revoked or too old. */
  stillIn(identity: Identity): Promise<Identity | null>;
  /** Whom an application's token names, made on first sight. @throws PaliadinError `unauthenticated`, `not_found` */
  byApplication(token: string): Promise<Identity & { user: User }>;
}

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'publicOrigins' | 'signIn' | 'trustsProxy'>;

export function createAuthenticators(options: Needs, { emitSeldom }: SignInEvents): Authenticators {
  const { store, clock, signIn } = options;

  const byToken = async (hash: string): Promise<Identity | null> => {
    const found = await store.signIn.byToken(hash, clock());
    return found && { ...found, ...NEVER_ENDS, way: 'token', hash };
  };

  const bySession = async (hashes: readonly string[], keyHash: string): Promise<Identity | null> => {
    const found = await store.signIn.byBrowserSession({ hashes, keyHash }, clock());
    return found && { ...found, ...NEVER_ENDS, way: 'cookie', keyHash, scopes: null };
  };

  const byBrowser: Authenticators['byBrowser'] = async (request) => {
    const key = request.headers[SESSION_KEY_HEADER];
    if (typeof key !== 'string') return null;
    return await bySession(cookiesOf(request, options).map(hashSecret), hashSecret(key));
  };

  const byApplication: Authenticators['byApplication'] = async (token) => {
    if (signIn?.jwt == null) {
      throw new PaliadinError(
        'unauthenticated',
        'tokens of an application are not taken here; set PALIADIN_JWT_SECRET',
      );
    }
    const admitted = await signIn.jwt.admit(token);
    const user = await knownAs(admitted);
    if (!isSince(user, admitted)) {
      throw new PaliadinError('unauthenticated', 'this user has been signed out since the application made the token');
    }
    const { issuedAt, expiresAt } = admitted;
    return { user, way: 'jwt', hash: hashSecret(token), scopes: null, issuedAt, expiresAt };
  };

  const byProxy = async (claimed: Claimed): Promise<Identity> => {
    const user = await knownAs(claimed);
    emitSeldom(`proxy ${user.id}`, { kind: 'sign-in', userId: user.id, way: 'proxy' });
    return { ...NEVER_ENDS, user, way: 'proxy', hash: '', scopes: null };
  };

  /** Made on first sight, as a member; what is said of them is kept up to date. */
  async function knownAs({ subject, ...says }: Claimed): Promise<User> {
    const { user } = await store.users.ensure({ subject, ...says, now: clock() });
    // A proxy does not say in which language; what another way said stays.
    const told = { ...says, locale: says.locale ?? user.locale, email: says.email ?? user.email };
    const same = told.name === user.name && told.email === user.email && told.locale === user.locale;
    // Nobody is kept out because their new name could not be saved.
    return same ? user : await store.users.describe(user.id, told).catch(() => ({ ...user, ...told }));
  }

  return {
    async whoAsks(request) {
      const { authorization } = request.headers;
      // First, so that whoever sends a token knows which it was.
      if (authorization !== undefined) {
        const secret = BEARER.exec(authorization)?.[1];
        if (secret === undefined) return null;
        if (!secret.includes('.')) return await byToken(hashSecret(secret));
        const identity = await byApplication(secret);
        const { id } = identity.user;
        emitSeldom(`jwt ${id}`, { kind: 'sign-in', userId: id, way: 'jwt' });
        return identity;
      }
      // Before a cookie, which may be of whoever used this browser before.
      const named = namedByProxy(request, options);
      if (named !== null) return await byProxy(named);
      return await byBrowser(request);
    },

    byBrowser,

    async stillIn(identity) {
      if (identity.way === 'token') return await byToken(identity.hash);
      if (identity.way === 'cookie') return await bySession([identity.hash], identity.keyHash ?? '');
      if (identity.expiresAt !== null && identity.expiresAt <= clock()) return null;
      const user = await store.users.get(identity.user.id);
      return user !== null && isSince(user, identity) ? { ...identity, user } : null;
    },

    byApplication,
  };
}

const NEVER_ENDS = { issuedAt: null, expiresAt: null };

// An API token of ours has no dots, a JWT has two. Node takes 16 KiB of headers.
const BEARER = /^Bearer +([A-Za-z0-9_-]{1,200}|[A-Za-z0-9_-]{1,4000}(?:\.[A-Za-z0-9_-]{0,8000}){2})$/i;

/** An application's token says to the second when it was made. */
function isSince({ signedOutAt }: User, { issuedAt }: Pick<AdmittedToken, 'issuedAt'> | Identity): boolean {
  return signedOutAt === null || issuedAt === null || issuedAt >= signedOutAt;
}
