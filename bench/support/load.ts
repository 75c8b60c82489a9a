/** Many users at once, each with a token that the application signs: nobody has to be created beforehand. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
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

/** As the gateway knows the user of the token. */
export function subjectOf(subject: string): string {
  return `jwt:${subject}`;
}

export async function tokenOf(subject: string): Promise<string> {
  const claims = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(subject);
  const signed = claims.setIssuer(ISSUER).setAudience(ISSUER).setIssuedAt().setExpirationTime('12h');
  return await signed.sign(new TextEncoder().encode(SECRET));
}

export interface Caller {
  /**
   * Resolves once the question is accepted, with how often it was refused before: it is asked again where the gateway is
   * busy, and with any other refusal this rejects. The connection is kept for the next call.
   */
  ask(url: string, token: string, message: string): Promise<number>;
  close(): void;
}

export function caller(connections: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  function post(url: string, token: string, body: string): Promise<{ status: number; said: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; said: string }>();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(`${url}/api/turns`, { method: 'POST', agent, headers }, (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, said }));
    });
    sent.once('error', reject);
    sent.end(body);
    return promise;
  }

  return {
    async ask(url, token, message) {
      for (let refused = 0; ; refused++) {
        const { status, said } = await post(url, token, JSON.stringify({ message }));
        if (status === 202) return refused;
        if (status !== BUSY) throw new Error(`the gateway refused a question with ${status}: ${said}`);
        await delay(ASK_AGAIN_MS);
      }
    },
    close: () => agent.destroy(),
  };
}

/** The store has not answered in time. */
const BUSY = 503;
const ASK_AGAIN_MS = 100;

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
