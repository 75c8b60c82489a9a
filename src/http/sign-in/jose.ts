/** The types that are used of the JWT library. The library is large, so it is loaded only where a token is checked. */
export type { CryptoKey, JWTPayload, JWTVerifyOptions } from 'jose';
export type Jose = Pick<typeof import('jose'), 'createRemoteJWKSet' | 'errors' | 'jwtVerify'>;
