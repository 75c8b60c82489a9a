/** The relay of a host, as its daemon opens it. */

import { destinationsIn } from '../config/isolation/destinations.ts';
import type { Config } from '../config/load.ts';
import type { Programs } from '../config/programs.ts';
import { VERSION } from '../config/version.ts';
import type { IsolationLevel } from '../contract/isolation.ts';
import type { ModelService } from '../contract/model-service.ts';
import { openRelay, type Relay } from '../host/relay/open-relay.ts';
import type { RelaySettings, RelayUpstream } from '../host/relay/settings.ts';

export interface HostRelayNeeds {
  config: Config;
  env: NodeJS.ProcessEnv;
  programs: Programs;
  level: IsolationLevel;
  /** The models' APIs that agents in the sandbox may reach. */
  services: readonly ModelService[];
  /** The host's own (0700). */
  directory: string;
  onError(what: string, error: unknown): void;
  onPortLost(): void;
}

/** Agents without a sandbox have the model's key and the network themselves: for them the relay only forwards hooks. */
export function openHostRelay(needs: HostRelayNeeds): Promise<Relay> {
  const { config, env, programs, level, services, directory, onError, onPortLost } = needs;
  const { PALIADIN_SANDBOX_NETWORK: listed, PALIADIN_PORT: gateway } = config.values;
  const isSandboxed = level === 'sandbox';
  const usesAnthropic = isSandboxed && services.includes('anthropic');
  const upstream = usesAnthropic ? modelUpstream(env) : null;
  const signIns = usesAnthropic && upstream === null ? SIGN_IN_HOSTS : [];
  const settings: RelaySettings = {
    upstream,
    services: isSandboxed ? otherUpstreams(services, env) : {},
    network: isSandboxed ? [...signIns, ...destinationsIn(listed)] : [],
    // The gateway's port, in case the gateway is on this machine.
    closedPorts: [gateway],
  };
  return openRelay({
    directory,
    settings,
    onError,
    onPortLost,
    version: VERSION,
    program: programs.relay,
    env: relayEnv(env),
  });
}

/**
 * The model's API with the owner's key, if they have one; without a key if their agent signs in itself to an API other
 * than Anthropic's. Null if the agent signs in to Anthropic's itself.
 */
export function modelUpstream(env: NodeJS.ProcessEnv): RelayUpstream | null {
  const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key, ANTHROPIC_AUTH_TOKEN: token } = env;
  if (!url && !key && !token) return null;
  // Claude Code sends both if it has both.
  const headers = {
    ...headersIn(env.ANTHROPIC_CUSTOM_HEADERS),
    ...(key ? { 'x-api-key': key } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  return { url: url || 'https://api.anthropic.com', headers };
}

/** Of those for which the owner has a key. */
function otherUpstreams(
  services: readonly ModelService[],
  env: NodeJS.ProcessEnv,
): NonNullable<RelaySettings['services']> {
  const openai = env.OPENAI_API_KEY;
  const gemini = env.GEMINI_API_KEY || env.GOOGLE_API_KEY;
  return {
    ...(services.includes('openai') &&
      openai && {
        openai: {
          url: env.OPENAI_BASE_URL || 'https://api.openai.com/v1',
          headers: { authorization: `Bearer ${openai}` },
        },
      }),
    ...(services.includes('gemini') &&
      gemini && {
        gemini: {
          url: env.GOOGLE_GEMINI_BASE_URL || 'https://generativelanguage.googleapis.com',
          headers: { 'x-goog-api-key': gemini },
        },
      }),
  };
}

/** `Name: value`, one per line. */
function headersIn(lines = ''): Record<string, string> {
  const found = lines.split('\n').map((line) => /^([^\s:]+):\s*(.+?)\s*$/.exec(line));
  return Object.fromEntries(found.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
}

// The hosts where a subscription's sign-in is used, and renewed.
const SIGN_IN_HOSTS = ['api.anthropic.com', 'console.anthropic.com', 'platform.claude.com', 'claude.ai'];

/**
 * What Node needs to run and to reach the internet. No secret of the owner's: the relay receives those later, and keeps
 * them in memory.
 */
function relayEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => KEPT.test(name));
  return Object.fromEntries(entries.map(([name, value = '']) => [name, value]));
}

const KEPT =
  /^(PATH|HOME|LANG|LC_[A-Z]+|TMPDIR|TZ|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|NODE_COMPILE_CACHE|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/;
