/** What is used of the library for tokens. It is no small one, so it is loaded only where a token is looked at. */
export type { CryptoKey, JWTPayload, JWTVerifyOptions } from 'jose';
export type Jose = Pick<typeof import('jose'), 'createRemoteJWKSet' | 'errors' | 'jwtVerify'>;
