import { type Config, ConfigError } from '../load.ts';
import { isLoopback } from './loopback.ts';

type Values = Config['values'];

/**
 * An address that others can reach needs a sign-in method for them. API tokens and links do not count: whether any
 * exist is not part of the settings.
 *
 * @throws ConfigError that says what to set
 */
export function requireWaysIn(values: Values, ways: { jwt: unknown; proxy: unknown }): void {
  const { PALIADIN_HOST: host, PALIADIN_PUBLIC_URL: url } = values;
  refusePlainHttp(values);
  if (isLoopback(host)) return;
  const missing = [
    ...(ways.jwt === null && ways.proxy === null
      ? ['how people sign in (PALIADIN_JWT_SECRET, PALIADIN_JWT_JWKS_URL or PALIADIN_TRUSTED_HEADER)']
      : []),
    ...(url === undefined ? ['the address under which browsers find it (PALIADIN_PUBLIC_URL)'] : []),
  ];
  if (missing.length === 0) return;
  throw new ConfigError(
    `PALIADIN_HOST is ${JSON.stringify(host)}, which others can reach: set ${missing.join(' and ')}; ` +
      'or unset it, and let a proxy or an ssh tunnel on this machine reach 127.0.0.1; docs/deploy.md has examples',
  );
}

/** The origins that browsers may use: the public one, and this machine's own names. */
export function originsOf({ PALIADIN_HOST: host, PALIADIN_PUBLIC_URL: url }: Values, port: number): string[] {
  const own = isLoopback(host) ? [bracketed(host)] : [];
  const names = new Set([...own, '127.0.0.1', 'localhost', '[::1]']);
  return [...(url === undefined ? [] : [url]), ...[...names].map((name) => `http://${name}:${port}`)];
}

export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Otherwise everybody on the network path could read questions, answers and cookies. */
function refusePlainHttp({ PALIADIN_PUBLIC_URL: url, PALIADIN_PUBLIC_HTTP: http }: Values): void {
  if (url === undefined || !url.startsWith('http:') || isLoopback(new URL(url).hostname) || http === 'allow') return;
  throw new ConfigError(
    `PALIADIN_PUBLIC_URL is ${JSON.stringify(url)}: without https everybody on the way reads along and can take over a ` +
      'sign-in; put a proxy with a certificate in front, or set PALIADIN_PUBLIC_HTTP=allow where the way is safe by itself',
  );
}
