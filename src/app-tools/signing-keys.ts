/**
 * The keys that sign the tokens for the application's tools. They are in the store, so that gateways that share it
 * share them too. A key is published before it signs, and long after its last token has ended.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { AppToolStore, SigningKey } from '../store/app-tool-store.ts';

export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<{ kid: string; key: KeyObject }>;
  /** The public halves, as `/.well-known/jwks.json` shows them. */
  published(): Promise<{ keys: JWK[] }>;
}

export interface SigningKeysOptions {
  store: Pick<AppToolStore, 'keys' | 'addKey' | 'dropKeys'>;
  /** UTC milliseconds. */
  clock(): number;
}

export function signingKeys({ store, clock }: SigningKeysOptions): SigningKeys {
  let known: { at: number; keys: SigningKey[] } | null = null;
  let loading: Promise<SigningKey[]> | null = null;
  const imported = new Map<string, KeyObject>();

  async function load(): Promise<SigningKey[]> {
    const now = clock();
    let keys = await store.keys();
    if (keys[0] === undefined || keys[0].createdAt < now - ROTATE_MS + PUBLISH_AHEAD_MS) {
      await store.addKey(await newKey(now));
      await store.dropKeys(now - ROTATE_MS - KEEP_MS);
      keys = await store.keys();
    }
    known = { at: now, keys };
    return keys;
  }

  async function all(): Promise<SigningKey[]> {
    if (known !== null && clock() - known.at < LOOK_MS) return known.keys;
    loading ??= load().finally(() => {
      loading = null;
    });
    return await loading;
  }

  return {
    async current() {
      const keys = await all();
      // The newest that every reader of the list can have seen by now; the very first has no predecessor.
      const { kid, privateJwk } = keys.find(({ createdAt }) => createdAt <= clock() - PUBLISH_AHEAD_MS) ??
        keys.at(-1) ?? { kid: '', privateJwk: '{}' };
      const key = imported.get(kid) ?? createPrivateKey({ key: JSON.parse(privateJwk), format: 'jwk' });
      imported.set(kid, key);
      return { kid, key };
    },
    async published() {
      const keys = (await all()).map(({ privateJwk }) => publicHalf(JSON.parse(privateJwk)));
      return { keys };
    },
  };
}

export const ALGORITHM = 'ES256';

async function newKey(createdAt: number): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateJwk: JSON.stringify({ ...jwk, kid, alg: ALGORITHM, use: 'sig' }), createdAt };
}

/** Named one by one: what a private key has beside these must never be shown. */
function publicHalf({ kty, crv, x, y, kid, alg, use }: JWK): JWK {
  return { kty, crv, x, y, kid, alg, use } as JWK;
}

const DAY_MS = 24 * 3_600_000;
const ROTATE_MS = 30 * DAY_MS;
// Readers keep the list for minutes, some for hours.
const PUBLISH_AHEAD_MS = DAY_MS;
const KEEP_MS = 2 * DAY_MS;
// Another gateway may have added one.
const LOOK_MS = 5_000;
