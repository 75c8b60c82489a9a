/** Credentials for signing in: one-time codes for browsers, API tokens for programs. */
import type { ApiToken } from '../../contract/records/sign-in.ts';
import type { User } from '../../contract/records/user.ts';
import type { Scope } from '../../contract/scopes.ts';
import type { Store } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type Access, scopeWithoutEffect } from '../authorisation.ts';
import { people } from '../people.ts';
import { hashSecret, newSecret, newToken, type Random } from './secrets.ts';

export interface CredentialService {
  /** A one-time code that signs a browser in. It travels in a link's fragment, which no server sees. */
  createCode(actor: Actor, userId: string): Promise<string>;
  /** A bearer token for programs; a user who does not exist yet is created. */
  createToken(actor: Actor, token: NewToken): Promise<CreatedToken>;
  /** Oldest first; the secrets are not stored. `user` is a subject. */
  tokens(query?: { userId?: string | undefined; limit?: number }): Promise<(ApiToken & { user: string })[]>;
  /** @throws PaliadinError `not_found`, `conflict` where more than one token begins with `id`. */
  revokeToken(actor: Actor, id: string): Promise<ApiToken & { user: string }>;
}

export interface NewToken {
  subject: string;
  name: string;
  scopes: readonly Scope[];
  /** Milliseconds; null: until it is revoked. */
  lifetimeMs: number | null;
}

export interface CreatedToken {
  /** Shown once. */
  secret: string;
  user: User;
  /** Whether the user was created for this token. */
  created: boolean;
  /** The scopes that have no effect for its user now, and why. */
  withoutEffect: { scope: Scope; why: string }[];
}

export interface CredentialOptions {
  store: Pick<Store, 'users' | 'signIn'>;
  access: Access;
  /** The user with this subject is created as the owner. */
  ownerSubject: string;
  random: Random;
  /** UTC milliseconds. */
  clock(): number;
}

/** Long enough to walk to another device, too short to be found later in a terminal's history. */
export const SIGN_IN_CODE_LIFETIME_MS = 15 * 60 * 1000;

export function createCredentialService(options: CredentialOptions): CredentialService {
  const { store, access, ownerSubject, random, clock } = options;
  return {
    async createCode(actor, userId) {
      const code = newSecret(random);
      const at = clock();
      const row = { hash: hashSecret(code), userId, expiresAt: at + SIGN_IN_CODE_LIFETIME_MS };
      await store.signIn.addCode(row, { actor: actor.id, at });
      return code;
    },

    async createToken(actor, { subject, name, scopes, lifetimeMs }) {
      const at = clock();
      const role = subject === ownerSubject ? 'owner' : 'member';
      const { user, created } = await store.users.ensure({ subject, role, now: at });
      const secret = newToken(random);
      const expiresAt = lifetimeMs === null ? null : at + lifetimeMs;
      const row = { hash: hashSecret(secret), userId: user.id, name, scopes, expiresAt };
      await store.signIn.addToken(row, { actor: actor.id, at });
      const withoutEffect = scopes.flatMap((scope) => {
        const refusal = scopeWithoutEffect(scope, user, access);
        return refusal === null ? [] : [{ scope, why: refusal.detail ?? refusal.code }];
      });
      return { secret, user, created, withoutEffect };
    },

    async tokens(query = {}) {
      const tokens = await store.signIn.tokens(query);
      const personOf = await people(
        store,
        tokens.map((token) => token.userId),
      );
      return tokens.map((token) => ({ ...token, user: personOf(token.userId).subject || token.userId }));
    },

    async revokeToken(actor, id) {
      const token = await store.signIn.dropToken(id, { actor: actor.id, at: clock() });
      const user = await store.users.get(token.userId);
      return { ...token, user: user?.subject ?? token.userId };
    },
  };
}
