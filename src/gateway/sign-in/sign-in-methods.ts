/** The sign-in methods, from the settings. */

import { type Config, ConfigError } from '../../config/load.ts';
import { addressMatcher } from '../../config/sign-in/addresses.ts';
import { requireWaysIn } from '../../config/sign-in/public-address.ts';
import { jwtAuthenticator } from '../../http/sign-in/jwt.ts';
import type { ProxyAuthenticator } from '../../http/sign-in/proxy-authenticator.ts';
import type { JwtAuthenticator } from '../../services/sign-in/jwt-authenticator.ts';
import { jwtSettings } from './jwt.ts';

export interface SignInMethods {
  jwt: JwtAuthenticator | null;
  proxy: ProxyAuthenticator | null;
  trustsProxy(address: string): boolean;
}

/**
 * @throws ConfigError where they contradict each other, or are not enough for the address that the gateway listens on
 */
export async function signInMethods(config: Config, clock: () => number): Promise<SignInMethods> {
  const { values } = config;
  const settings = jwtSettings(config);
  const proxy = proxyOf(values);
  requireWaysIn(values, { jwt: settings, proxy });
  return {
    jwt: settings && (await jwtAuthenticator(settings, clock)),
    proxy,
    trustsProxy: addressMatcher(values.PALIADIN_TRUSTED_PROXIES ?? ''),
  };
}

function proxyOf(values: Config['values']): ProxyAuthenticator | null {
  const {
    PALIADIN_TRUSTED_HEADER: header,
    PALIADIN_TRUSTED_NAME_HEADER: nameHeader,
    PALIADIN_TRUSTED_PROXIES: proxies,
  } = values;
  if (header === undefined) {
    if (nameHeader === undefined) return null;
    throw new ConfigError('PALIADIN_TRUSTED_NAME_HEADER is set, and not PALIADIN_TRUSTED_HEADER, which says who it is');
  }
  if (proxies === undefined) {
    throw new ConfigError(
      'PALIADIN_TRUSTED_HEADER is set, and not PALIADIN_TRUSTED_PROXIES: anybody could say that they are somebody; ' +
        'set the addresses from which the proxy connects, such as 127.0.0.1',
    );
  }
  return { header: header.toLowerCase(), nameHeader: nameHeader?.toLowerCase() ?? null };
}
