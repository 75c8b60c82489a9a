/** The application's webhook, from the settings. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config/load.ts';
import type { WebhookTexts } from '../services/webhooks/payload.ts';
import type { WebhookEndpoint } from '../services/webhooks/send.ts';
import type { WebhookAttempt } from '../services/webhooks/webhooks.ts';

/** Null where none is set. @throws ConfigError for incomplete settings */
export function webhookEndpoint({
  values,
  given,
}: Pick<Config, 'values' | 'given'>): (WebhookEndpoint & WebhookTexts) | null {
  const secrets = (['PALIADIN_WEBHOOK_SECRET', 'PALIADIN_WEBHOOK_SECRET_FILE'] as const).filter((name) => given[name]);
  const [name] = secrets;
  const { PALIADIN_WEBHOOK_URL: url, PALIADIN_WEBHOOK_TEXT: text } = values;
  if (secrets.length > 1)
    throw new ConfigError(`${secrets.join(' and ')} are set: one of them says what the secret is`);
  if (url === undefined) {
    if (name === undefined) return null;
    throw new ConfigError(`${name} is set, and no endpoint: set PALIADIN_WEBHOOK_URL too`);
  }
  if (name === undefined) {
    throw new ConfigError(
      `PALIADIN_WEBHOOK_URL is set, and not PALIADIN_WEBHOOK_SECRET: without it the endpoint could not tell who calls; ${HOW_TO_MAKE}`,
    );
  }
  const secret = name === 'PALIADIN_WEBHOOK_SECRET' ? (values[name] ?? '') : readSecret(values[name] ?? '');
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = Buffer.from(base64, 'base64').length;
  if (bytes < MIN_BYTES || bytes > MAX_BYTES) {
    throw new ConfigError(
      `${name} is not \`whsec_\` followed by ${MIN_BYTES} to ${MAX_BYTES} bytes in base64; ${HOW_TO_MAKE}`,
    );
  }
  return { url, secret, includeText: text === 'include' };
}

/** No text of a turn, and nothing that the endpoint wrote. */
export function logAttempts(logger: Logger): (attempt: WebhookAttempt) => void {
  return ({ why, againInMs, ...about }) => {
    if (why === null) logger.info(about, 'webhook delivered');
    else if (againInMs !== null) logger.warn({ ...about, why, againInMs }, 'webhook not delivered yet');
    else logger.error({ ...about, why }, 'webhook given up');
  };
}

// As Standard Webhooks says.
const MIN_BYTES = 24;
const MAX_BYTES = 64;
const HOW_TO_MAKE = '`echo whsec_$(openssl rand -base64 32)` makes one';

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`PALIADIN_WEBHOOK_SECRET_FILE can't be read: ${(error as Error).message}`);
  }
}
