/** The application's tools, from the settings. */
import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from './load.ts';

export interface AppToolSettings {
  url: string;
  audience: string;
  ask: 'changes' | 'always';
  timeoutMs: number;
  maxResultBytes: number;
  maxCalls: number;
  /** Where the application has a token endpoint; null: it takes the gateway's own tokens. */
  exchange: { url: string; clientId: string; clientSecret: string } | null;
}

/** Null where the application offers none. @throws ConfigError for incomplete settings */
export function appToolsOf({ values, given }: Pick<Config, 'values' | 'given'>): AppToolSettings | null {
  const { PALIADIN_APP_TOOLS_URL: url } = values;
  if (url === undefined) {
    const [name] = (Object.keys(given) as (keyof typeof given)[]).filter((one) =>
      one.startsWith('PALIADIN_APP_TOOLS_'),
    );
    if (name === undefined) return null;
    throw new ConfigError(`${name} is set, and no tools: set PALIADIN_APP_TOOLS_URL too, or unset it`);
  }
  return {
    url,
    audience: values.PALIADIN_APP_TOOLS_AUDIENCE ?? url,
    ask: values.PALIADIN_APP_TOOLS_ASK,
    timeoutMs: values.PALIADIN_APP_TOOLS_TIMEOUT,
    maxResultBytes: values.PALIADIN_APP_TOOLS_RESULT_KIB * 1024,
    maxCalls: values.PALIADIN_APP_TOOLS_CALLS,
    exchange: exchangeOf({ values, given }),
  };
}

function exchangeOf({ values, given }: Pick<Config, 'values' | 'given'>): AppToolSettings['exchange'] {
  const { PALIADIN_APP_TOOLS_TOKEN_URL: url, PALIADIN_APP_TOOLS_CLIENT_ID: clientId } = values;
  const secrets = (['PALIADIN_APP_TOOLS_CLIENT_SECRET', 'PALIADIN_APP_TOOLS_CLIENT_SECRET_FILE'] as const).filter(
    (name) => given[name],
  );
  const [secret] = secrets;
  if (secrets.length > 1) {
    throw new ConfigError(`${secrets.join(' and ')} are set: one of them says what the secret is`);
  }
  if (url === undefined) {
    const lonely = clientId === undefined ? secret : 'PALIADIN_APP_TOOLS_CLIENT_ID';
    if (lonely === undefined) return null;
    throw new ConfigError(
      `${lonely} is set, and no token endpoint: set PALIADIN_APP_TOOLS_TOKEN_URL too, or unset it; without one the application gets the gateway’s own tokens`,
    );
  }
  if (clientId === undefined || secret === undefined) {
    throw new ConfigError(
      'PALIADIN_APP_TOOLS_TOKEN_URL is set, and not both PALIADIN_APP_TOOLS_CLIENT_ID and PALIADIN_APP_TOOLS_CLIENT_SECRET: without them the endpoint could not tell who exchanges a token',
    );
  }
  const written = values[secret] ?? '';
  const clientSecret = secret === 'PALIADIN_APP_TOOLS_CLIENT_SECRET' ? written : readSecret(written);
  if (clientSecret === '') throw new ConfigError(`${secret} names an empty file; write the client’s secret into it`);
  return { url, clientId, clientSecret };
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`PALIADIN_APP_TOOLS_CLIENT_SECRET_FILE can't be read: ${(error as Error).message}`);
  }
}
