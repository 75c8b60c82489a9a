/** Where the application has a token endpoint: its own token, in exchange for the gateway's (RFC 8693). */
import { z } from 'zod';
import { ApplicationFailure } from '../turn/app-tools/application.ts';
import { boundedFetch } from './bounded-fetch.ts';

export interface ExchangeOptions {
  /** The token endpoint. */
  url: string;
  clientId: string;
  clientSecret: string;
  /** The application's tools, for which the token is. */
  audience: string;
  timeoutMs: number;
}

/** @throws ApplicationFailure, without anything that the endpoint wrote but its error code */
export async function exchangeToken(
  subjectToken: string,
  options: ExchangeOptions,
): Promise<{ token: string; expiresInS: number }> {
  const { url, clientId, clientSecret, audience, timeoutMs } = options;
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const requests = boundedFetch(MAX_BYTES);
  let response: Response;
  let body: unknown;
  try {
    response = await requests.fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subjectToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience,
      }).toString(),
      signal: AbortSignal.timeout(timeoutMs),
    });
    body = await response.json();
  } catch (error) {
    throw new ApplicationFailure('failed', `The application’s token endpoint gave no token: ${whyNot(error)}.`, {
      cause: error,
    });
  }
  const { data } = answer.safeParse(body);
  if (response.ok && data !== undefined) return { token: data.access_token, expiresInS: data.expires_in ?? 0 };
  const code = refusal.safeParse(body).data?.error ?? 'no token in its answer';
  throw new ApplicationFailure('refused', `The application’s token endpoint refused (${response.status}): ${code}.`);
}

function whyNot(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.message.replace(/\.$/, '');
  return (error as Error).name === 'TimeoutError' ? 'it did not answer in time' : 'its answer can’t be read';
}

const answer = z.object({
  access_token: z
    .string()
    .min(1)
    .max(16_384)
    .regex(/^[\x21-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().nonnegative().optional(),
});
const refusal = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });

const MAX_BYTES = 64 * 1024;
