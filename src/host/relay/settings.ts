/** Settings that the daemon sends to the relay, which keeps them only in memory. */
import type { ModelService } from '../../contract/model-service.ts';

export interface RelaySettings {
  /** Where requests to the model go; null: nowhere. */
  upstream: RelayUpstream | null;
  /** The same for models' APIs other than Anthropic's. */
  services?: Partial<Record<Exclude<ModelService, 'anthropic'>, RelayUpstream>>;
  /** The hosts that agents may reach: `example.com`, `*.example.com`, `host:port`, `10.0.0.5:8080`, `[::1]:3000`. */
  network: string[];
  /** Ports of this machine that no agent reaches, whatever `network` says: the gateway's. The relay adds its own. */
  closedPorts?: number[];
}

export interface RelayUpstream {
  /** The model's API: scheme, host, and a path prefix for each request. */
  url: string;
  /** The owner's own credentials, which replace the agent's. */
  headers: Record<string, string>;
}

/**
 * @throws TypeError for anything else. By hand: the relay should be small, and a library for this would make it half as
 *   large again.
 */
export function parseSettings(value: unknown): RelaySettings {
  const {
    upstream,
    services,
    network,
    closedPorts = [],
  } = (value ?? {}) as Partial<Record<keyof RelaySettings, unknown>>;
  if (!Array.isArray(network) || !network.every((entry) => typeof entry === 'string')) {
    throw new TypeError('network is not a list of texts');
  }
  if (!Array.isArray(closedPorts) || !closedPorts.every((port) => Number.isInteger(port))) {
    throw new TypeError('closedPorts is not a list of numbers');
  }
  const others = Object.entries(services ?? {}).map(([name, value]) => [name, parseUpstream(value)]);
  const known = upstream === null ? null : parseUpstream(upstream);
  return { upstream: known, services: Object.fromEntries(others), network, closedPorts };
}

function parseUpstream(value: unknown): RelayUpstream {
  const { url, headers } = (value ?? {}) as Partial<Record<keyof RelayUpstream, unknown>>;
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new TypeError('upstream.url is not an http address');
  const entries = Object.entries(headers ?? {});
  if (!entries.every(([, text]) => typeof text === 'string')) throw new TypeError('upstream.headers are not texts');
  return { url: parsed.href, headers: Object.fromEntries(entries) };
}
