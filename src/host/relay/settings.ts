/** What the relay is told by the daemon, and keeps in memory only. */

export interface RelaySettings {
  /** Where requests for the model go; null: nowhere. */
  upstream: RelayUpstream | null;
  /** The hosts that agents may reach: `example.com`, `*.example.com`, `host:port`, `10.0.0.5:8080`, `[::1]:3000`. */
  network: string[];
  /** Ports of this machine that no agent reaches, whatever `network` says: the gateway's. The relay's own never counts. */
  closedPorts?: number[];
}

export interface RelayUpstream {
  /** The model's API: scheme, host, and a path that goes before each request's own. */
  url: string;
  /** The owner's own credentials, which take the place of the agent's. */
  headers: Record<string, string>;
}

/** @throws TypeError for anything else. By hand: the relay is to be small, and a library for this takes half as much again. */
export function parseSettings(value: unknown): RelaySettings {
  const { upstream, network, closedPorts = [] } = (value ?? {}) as Partial<Record<keyof RelaySettings, unknown>>;
  if (!Array.isArray(network) || !network.every((entry) => typeof entry === 'string')) {
    throw new TypeError('network is not a list of texts');
  }
  if (!Array.isArray(closedPorts) || !closedPorts.every((port) => Number.isInteger(port))) {
    throw new TypeError('closedPorts is not a list of numbers');
  }
  return { upstream: upstream === null ? null : parseUpstream(upstream), network, closedPorts };
}

function parseUpstream(value: unknown): RelayUpstream {
  const { url, headers } = (value ?? {}) as Partial<Record<keyof RelayUpstream, unknown>>;
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new TypeError('upstream.url is not an http address');
  const entries = Object.entries(headers ?? {});
  if (!entries.every(([, text]) => typeof text === 'string')) throw new TypeError('upstream.headers are not texts');
  return { url: parsed.href, headers: Object.fromEntries(entries) };
}
