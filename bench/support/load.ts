/** Many users at once, each with a token that the application signs: nobody has to be created beforehand. */
import { Agent, request } from 'node:http';
import { SignJWT } from 'jose';

const SECRET = 'a secret for measurements only, 32 bytes';
const ISSUER = 'bench';

/** For the gateways. */
export const SIGN_IN = {
  PALIADIN_JWT_SECRET: SECRET,
  PALIADIN_JWT_ISSUER: ISSUER,
  PALIADIN_JWT_AUDIENCE: ISSUER,
  PALIADIN_JWT_MAX_AGE: '24h',
};

export async function tokenOf(subject: string): Promise<string> {
  const claims = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(subject);
  const signed = claims.setIssuer(ISSUER).setAudience(ISSUER).setIssuedAt().setExpirationTime('12h');
  return await signed.sign(new TextEncoder().encode(SECRET));
}

export interface Caller {
  /** Resolves with the status. The connection is kept for the next call. */
  ask(url: string, token: string, message: string): Promise<number>;
  close(): void;
}

export function caller(connections: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    ask(url, token, message) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const post = request(`${url}/api/turns`, { method: 'POST', agent, headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      post.once('error', reject);
      post.end(JSON.stringify({ message, sessionId: 'bench' }));
      return promise;
    },
    close: () => agent.destroy(),
  };
}

/** Does the work for each, so many at a time. */
export async function inParallel<T>(all: readonly T[], atOnce: number, work: (one: T, at: number) => Promise<void>) {
  let next = 0;
  const lane = async () => {
    while (next < all.length) {
      const at = next++;
      await work(all[at] as T, at);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
