/** Codes and tokens to sign in with, created as the command line does it. */
import { randomBytes } from 'node:crypto';
import { type Scope, scopes } from '../../src/contract/scopes.ts';
import { COMMAND_LINE } from '../../src/services/actor.ts';
import { type CredentialService, createCredentialService } from '../../src/services/sign-in/credentials.ts';
import type { Store } from '../../src/store/store.ts';

function credentialsOf(store: Store, clock: () => number = Date.now): CredentialService {
  return createCredentialService({ store, access: 'users', ownerSubject: 'owner', random: randomBytes, clock });
}

/** A sign-in code. */
export function aCode(store: Store, userId: string, clock?: () => number): Promise<string> {
  return credentialsOf(store, clock).createCode(COMMAND_LINE, userId);
}

/** An API token, for everything where nothing else is said. */
export async function aToken(
  store: Store,
  subject: string,
  { clock, ...token }: { name?: string; scopes?: readonly Scope[]; lifetimeMs?: number; clock?: () => number } = {},
): Promise<string> {
  const wanted = { subject, name: 'test', scopes, lifetimeMs: null, ...token };
  return (await credentialsOf(store, clock).createToken(COMMAND_LINE, wanted)).secret;
}
