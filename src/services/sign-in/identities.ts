/** Resolves a secret, an application's token or a proxy's claim to its user. */
import { PaliadinError } from '../../contract/errors.ts';
import type { User } from '../../contract/records/user.ts';
import type { Store } from '../../store/store.ts';
import type { Claimed } from './claimed.ts';
import type { BrowserSecrets, Identity } from './identity.ts';
import type { AdmittedToken, JwtAuthenticator } from './jwt-authenticator.ts';
import { EMBEDDED_PREFIX, hashSecret } from './secrets.ts';
import type { SignInEvents } from './sign-in-events.ts';

export interface Identities {
  /**
   * By an API token of ours, a token of the application, or the bearer that one was exchanged for.
   * @throws PaliadinError `unauthenticated` with the reason
   */
  byBearer(secret: string): Promise<Identity>;
  /** The user who is signed in in this browser; null where nobody is, or one of its two secrets is missing. */
  byBrowser(browser: BrowserSecrets): Promise<Identity | null>;
  /**
   * The user that an application's token names, created on first sight.
   * @throws PaliadinError `unauthenticated`, `not_found`
   */
  byApplication(token: string): Promise<Identity>;
  /** The user that a trusted proxy names, created on first sight. */
  byProxy(claimed: Claimed): Promise<Identity>;
  /** The same caller in their present state; null once their credential is revoked or too old. */
  stillIn(identity: Identity): Promise<Identity | null>;
}

export interface IdentitiesOptions {
  store: Pick<Store, 'users' | 'signIn'>;
  /** Null where tokens of an application are not accepted. */
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

  const byEmbedded = async (hash: string): Promise<Identity | null> => {
    const found = await store.signIn.byEmbeddedSession({ hash, keyDigests: jwt?.keyDigests ?? [] }, clock());
    if (found === null || !isSince(found.user, found)) return null;
    return { ...found, way: 'jwt', hash, embedded: true, scopes: null };
  };

  const byApplication: Identities['byApplication'] = async (token) => {
    if (jwt === null) {
      throw new PaliadinError(
        'unauthenticated',
        'tokens of an application are not taken here; set PALIADIN_JWT_SECRET or PALIADIN_JWT_JWKS_URL',
        { reason: 'token_unknown_key' },
      );
    }
    const admitted = await jwt.admit(token);
    const user = await knownAs(admitted);
    if (!isSince(user, admitted) || (await store.signIn.isTokenSpent(hashSecret(token)))) {
      throw new PaliadinError(
        'unauthenticated',
        'this user has been signed out since the application made the token; make a new one. If it is new, the ' +
          'application’s clock is behind the gateway’s',
        { reason: 'signed_out' },
      );
    }
    const { issuedAt, expiresAt, keyDigest } = admitted;
    return { user, way: 'jwt', hash: hashSecret(token), scopes: null, issuedAt, expiresAt, keyDigest };
  };

  /** Created on first sight, as a member; the claimed details are kept up to date. */
  async function knownAs({ subject, ...says }: Claimed): Promise<User> {
    const { user } = await store.users.ensure({ subject, ...says, now: clock() });
    // A proxy does not send a language; the value from another sign-in method stays.
    const told = { ...says, locale: says.locale ?? user.locale, email: says.email ?? user.email };
    const same = told.name === user.name && told.email === user.email && told.locale === user.locale;
    // A user may sign in even if their new name could not be saved.
    return same ? user : await store.users.describe(user.id, told).catch(() => ({ ...user, ...told }));
  }

  return {
    async byBearer(secret) {
      if (secret.startsWith(EMBEDDED_PREFIX)) return (await byEmbedded(hashSecret(secret))) ?? refuseEnded();
      // An API token of ours has no dots, a JWT has two.
      if (!secret.includes('.')) return (await byToken(hashSecret(secret))) ?? refuseUnknown();
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
      if (identity.embedded) return await byEmbedded(identity.hash);
      if (identity.way === 'cookie') return await bySession([identity.hash], identity.keyHash ?? '');
      if (identity.expiresAt !== null && identity.expiresAt <= clock()) return null;
      const user = await store.users.get(identity.user.id);
      return user !== null && isSince(user, identity) ? { ...identity, user } : null;
    },
  };
}

function refuseEnded(): never {
  throw new PaliadinError(
    'unauthenticated',
    'this sign-in of an embedded chat has ended with the application’s token; exchange a new one',
    { reason: 'token_expired' },
  );
}

function refuseUnknown(): never {
  throw new PaliadinError(
    'unauthenticated',
    'this API token is unknown, revoked or expired; `paliadin token list` shows the valid ones',
    { reason: 'token_unknown' },
  );
}

const NEVER_ENDS = { issuedAt: null, expiresAt: null };

/** An application's token states to the second when it was issued. */
function isSince({ signedOutAt }: User, { issuedAt }: Pick<AdmittedToken, 'issuedAt'> | Identity): boolean {
  return signedOutAt === null || issuedAt === null || issuedAt >= signedOutAt;
}
