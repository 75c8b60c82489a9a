/**
 * Verifies a token with the keys that an application publishes (a JWK set), also where it does not say with which of them
 * it was signed: then each that fits its algorithm is tried, and the set is fetched anew where none does.
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
        // By its signature it was not this key's. What is wrong with its claims is wrong whichever it was.
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
      // A key may have taken the place of another with the same name, or with none: jose fetches only for new names.
      if (!isOtherKeys(error) || keys.coolingDown) throw error;
      await keys.reload();
      return await verify(token, options);
    }
  };
}

// A request waits for it; the keys are kept for ten minutes.
const TIMEOUT_MS = 5000;

// Applications have two or three. Of a key set without end each token would cost as many checks.
const MAX_TRIED = 8;
