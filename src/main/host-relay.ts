/** The relay of a host, as its daemon opens it. */
import { openRelay, type Relay } from '../host/relay/open-relay.ts';
import type { RelaySettings, RelayUpstream } from '../host/relay/settings.ts';
import type { Config } from './config/load.ts';
import type { Programs } from './programs.ts';
import { VERSION } from './version.ts';

export interface HostRelayNeeds {
  config: Config;
  env: NodeJS.ProcessEnv;
  programs: Programs;
  /** The host's own (0700). */
  directory: string;
  onError(what: string, error: unknown): void;
  onPortLost(): void;
}

/** For agents without a sandbox, which have the model's key and the network themselves: it passes on hooks alone. */
export function openHostRelay(needs: HostRelayNeeds): Promise<Relay> {
  const { config, env, programs, directory, onError, onPortLost } = needs;
  const settings: RelaySettings = {
    upstream: null,
    network: [],
    // The gateway's, where it is on this machine.
    closedPorts: [config.values.PALIADIN_PORT],
  };
  return openRelay({
    ...{ directory, settings, onError, onPortLost, version: VERSION, program: programs.relay, env: relayEnv(env) },
  });
}

/** The model's API with the owner's key; null where there is none to put in. */
export function modelUpstream(env: NodeJS.ProcessEnv): RelayUpstream | null {
  const {
    ANTHROPIC_BASE_URL: url = 'https://api.anthropic.com',
    ANTHROPIC_API_KEY: key,
    ANTHROPIC_AUTH_TOKEN: token,
  } = env;
  // Claude Code sends both where it has both.
  const headers = {
    ...(key ? { 'x-api-key': key } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  return Object.keys(headers).length === 0 ? null : { url, headers };
}

/** What Node needs to run and to reach the internet. No secret of the owner's: it is told those, and keeps them in memory. */
function relayEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => KEPT.test(name));
  return Object.fromEntries(entries.map(([name, value = '']) => [name, value]));
}

const KEPT =
  /^(PATH|HOME|LANG|LC_[A-Z]+|TMPDIR|TZ|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|NODE_COMPILE_CACHE|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/;
