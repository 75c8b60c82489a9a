/** Whom a secret, an application's token or a proxy's word stands for. */
import { PaliadinError } from '../../contract/errors.ts';
import type { User } from '../../contract/records/user.ts';
import type { Store } from '../../store/store.ts';
import type { Claimed } from './claimed.ts';
import type { BrowserSecrets, Identity } from './identity.ts';
import type { AdmittedToken, JwtAuthenticator } from './jwt-authenticator.ts';
import { hashSecret } from './secrets.ts';
import type { SignInEvents } from './sign-in-events.ts';

export interface Identities {
  /** Of an API token of ours, or of the application's. Null where ours is unknown. @throws PaliadinError for the application's */
  byBearer(secret: string): Promise<Identity | null>;
  /** Who is signed in in this browser; null where nobody is, or one of its two secrets is missing. */
  byBrowser(browser: BrowserSecrets): Promise<Identity | null>;
  /** Whom an application's token names, made on first sight. @throws PaliadinError `unauthenticated`, `not_found` */
  byApplication(token: string): Promise<Identity>;
  /** Whom a proxy of ours names, made on first sight. */
  byProxy(claimed: Claimed): Promise<Identity>;
  /** The same caller as they are now; null once what let them in is revoked or too old. */
  stillIn(identity: Identity): Promise<Identity | null>;
}

export interface IdentitiesOptions {
  store: Pick<Store, 'users' | 'signIn'>;
  /** Null where no tokens of an application are taken. */
  jwt: JwtAuthenticator | null;
  events: Pick<SignInEvents, 'emitSeldom'>;
  /** UTC milliseconds. */
  clock(): number;
}

export function createIdentities({ store, jwt, events, clock }: IdentitiesOptions): Identities {
  const byToken = async (hash: string): Promise<Identity | null> => {
    const found = await store.signIn.byToken(hash, clock());
    return found && { ...found, ...NEVER_ENDS, way: 'token', hash };
  };

  const bySession = async (hashes: readonly string[], keyHash: string): Promise<Identity | null> => {
    const found = await store.signIn.byBrowserSession({ hashes, keyHash }, clock());
    return found && { ...found, ...NEVER_ENDS, way: 'cookie', keyHash, scopes: null };
  };

  const byApplication: Identities['byApplication'] = async (token) => {
    if (jwt === null) {
      throw new PaliadinError(
        'unauthenticated',
        'tokens of an application are not taken here; set PALIADIN_JWT_SECRET',
      );
    }
    const admitted = await jwt.admit(token);
    const user = await knownAs(admitted);
    if (!isSince(user, admitted)) {
      throw new PaliadinError('unauthenticated', 'this user has been signed out since the application made the token');
    }
    const { issuedAt, expiresAt } = admitted;
    return { user, way: 'jwt', hash: hashSecret(token), scopes: null, issuedAt, expiresAt };
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
    async byBearer(secret) {
      // An API token of ours has no dots, a JWT has two.
      if (!secret.includes('.')) return await byToken(hashSecret(secret));
      const identity = await byApplication(secret);
      const { id } = identity.user;
      events.emitSeldom(`jwt ${id}`, { kind: 'sign-in', userId: id, way: 'jwt' });
      return identity;
    },

    async byBrowser({ cookies, sessionKey }) {
      return sessionKey === null ? null : await bySession(cookies.map(hashSecret), hashSecret(sessionKey));
    },

    byApplication,

    async byProxy(claimed) {
      const user = await knownAs(claimed);
      events.emitSeldom(`proxy ${user.id}`, { kind: 'sign-in', userId: user.id, way: 'proxy' });
      return { ...NEVER_ENDS, user, way: 'proxy', hash: '', scopes: null };
    },

    async stillIn(identity) {
      if (identity.way === 'token') return await byToken(identity.hash);
      if (identity.way === 'cookie') return await bySession([identity.hash], identity.keyHash ?? '');
      if (identity.expiresAt !== null && identity.expiresAt <= clock()) return null;
      const user = await store.users.get(identity.user.id);
      return user !== null && isSince(user, identity) ? { ...identity, user } : null;
    },
  };
}

const NEVER_ENDS = { issuedAt: null, expiresAt: null };

/** An application's token says to the second when it was made. */
function isSince({ signedOutAt }: User, { issuedAt }: Pick<AdmittedToken, 'issuedAt'> | Identity): boolean {
  return signedOutAt === null || issuedAt === null || issuedAt >= signedOutAt;
}
