/**
 * Verifies a token with the keys that an application publishes (a JWK set). A token may not name its key: then each key
 * that fits its algorithm is tried, and the set is fetched again where none verifies it.
 */
import type { CryptoKey, Jose, JWTPayload, JWTVerifyOptions } from './jose.ts';

/** @throws jose's errors */
export type Verify = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

export function verifyWithKeySet(url: URL, { createRemoteJWKSet, errors, jwtVerify }: Jose): Verify {
  const keys = createRemoteJWKSet(url, { timeoutDuration: TIMEOUT_MS });

  const verify: Verify = async (token, options) => {
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return await tryEach(error, token, options);
      throw error;
    }
  };

  const tryEach: (found: AsyncIterable<CryptoKey>, ...rest: Parameters<Verify>) => Promise<JWTPayload> = async (
    found,
    token,
    options,
  ) => {
    let tried = 0;
    for await (const key of found) {
      if (++tried > MAX_TRIED) break;
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        // A signature error means that it was another key's token. An error in the claims is the same with every key.
        if (error instanceof errors.JOSEError && !isOtherKeys(error)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  };

  const isOtherKeys = (error: unknown) => error instanceof errors.JWSSignatureVerificationFailed;

  return async (token, options) => {
    try {
      return await verify(token, options);
    } catch (error) {
      // A key may have replaced another of the same name, or one without a name: jose fetches only for new names.
      if (!isOtherKeys(error) || keys.coolingDown) throw error;
      await keys.reload();
      return await verify(token, options);
    }
  };
}

// The request waits for it; the keys are cached for ten minutes.
const TIMEOUT_MS = 5000;

// Applications have two or three. With an unlimited set, each token would cost as many checks as there are keys.
const MAX_TRIED = 8;
