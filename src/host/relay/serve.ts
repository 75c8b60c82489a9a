/** How the relay handles a request, from either of its two listeners. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { apiKey, authenticator, bearer, type Caller, ownHeader, proxyCredentials } from './authenticate.ts';
import type { RelayLog } from './bounded-log.ts';
import { summarised } from './bounded-log.ts';
import { MCP_PATH } from './files.ts';
import { HOOK_PATH, hookForwarder, mcpForwarder } from './hooks.ts';
import { type ModelForwarderOptions, modelForwarder } from './model.ts';
import { type Lookup, type NetworkPolicy, networkPolicy } from './network-policy.ts';
import { type Dial, proxy } from './proxy.ts';
import { refuse, refuseTunnel } from './respond.ts';
import { serviceAt } from './services.ts';
import type { RelaySettings } from './settings.ts';

export interface RelayServerOptions extends ModelForwarderOptions {
  /** The journal, with each session's secret. */
  sessions: string;
  /** The daemon's socket for hooks. */
  hooks: string;
  /** The daemon's socket for the application's tools. */
  appTools: string;
  /** The relay's own port; null until it listens. */
  port(): number | null;
  lookup: Lookup;
  dial: Dial;
  log: RelayLog;
  clock(): number;
}

export interface RelayServers {
  /** Returns a new server each time, with the same handler. */
  listener(): Server;
  /** @throws TypeError if they can't be used; the ones before stay in force. */
  apply(settings: RelaySettings): void;
}

export function relayServers(options: RelayServerOptions): RelayServers {
  const { log, clock } = options;
  const authenticate = authenticator(options.sessions);
  const forwardHook = hookForwarder(options.hooks);
  const forwardMcp = mcpForwarder(options.appTools);
  const forwardModel = modelForwarder(options);
  const { tunnel, plain } = proxy({
    dial: options.dial,
    onRefused: (session, host, port) => log('a host was refused', { session, host, port }),
  });
  const strangers = summarised(log, 'requests without a session’s secret were refused', clock);
  const underWay = new Map<string, number>();
  let told: { settings: RelaySettings; policy: NetworkPolicy } | null = null;

  function serve(request: IncomingMessage, response: ServerResponse) {
    const { url = '' } = request;
    const isProxied = !url.startsWith('/');
    const service = serviceAt(url);
    const caller = authenticate(isProxied ? proxyCredentials(request.headers) : shownTo(url, request));
    if (caller === null) {
      strangers();
      if (isProxied) response.setHeader('proxy-authenticate', 'Basic realm="paliadin"');
      return refuse(request, response, isProxied ? 407 : 401, 'this needs the secret of a session');
    }
    if (!count(caller, response)) return refuse(request, response, 429, 'too many requests at once');
    if (isProxied) {
      if (told === null) return refuse(request, response, 503, UNTOLD);
      plain(request, response, caller, told.policy).catch((error) => failed(error, response));
    } else if (url === HOOK_PATH) {
      if (request.method !== 'POST') return refuse(request, response, 405, 'a hook is a POST');
      forwardHook(request, response, caller.session);
    } else if (url === MCP_PATH) {
      forwardMcp(request, response, caller.session);
    } else if (service !== null) {
      if (told === null) return refuse(request, response, 503, UNTOLD);
      const { services = {}, upstream: anthropic } = told.settings;
      const upstream = (service === 'anthropic' ? anthropic : services[service]) ?? null;
      if (upstream === null) return refuse(request, response, 404, 'the model is not reached by this way here');
      forwardModel(request, response, caller, { service, upstream });
    } else {
      refuse(request, response, 404, 'there is nothing here');
    }
  }

  function serveTunnel(request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on('error', () => {}); // the caller is gone
    const caller = authenticate(proxyCredentials(request.headers));
    if (caller === null) {
      strangers();
      return refuseTunnel(socket, 407, 'this needs the secret of a session');
    }
    if (told === null) return refuseTunnel(socket, 503, UNTOLD);
    tunnel(request, socket, head, caller, told.policy).catch((error) => failed(error, socket));
  }

  /** One session's requests must not use up the capacity of the others. */
  function count({ session }: Caller, response: ServerResponse): boolean {
    const before = underWay.get(session) ?? 0;
    if (before >= MOST_UNDER_WAY) return false;
    underWay.set(session, before + 1);
    response.once('close', () => {
      const left = (underWay.get(session) ?? 1) - 1;
      if (left === 0) underWay.delete(session);
      else underWay.set(session, left);
    });
    return true;
  }

  function failed(error: unknown, end: ServerResponse | Duplex): void {
    log('a request failed', { error: (error as NodeJS.ErrnoException).code ?? (error as Error).name });
    end.destroy();
  }

  return {
    listener() {
      // The parser is strict: it refuses two lengths, or a length and chunks, before this code sees the request.
      const server = createServer(
        { insecureHTTPParser: false, keepAliveTimeout: KEEP_ALIVE_MS },
        (request, response) => {
          try {
            serve(request, response);
          } catch (error) {
            failed(error, response);
          }
        },
      );
      server.on('connect', serveTunnel);
      server.headersTimeout = HEADERS_MS;
      // A permission waits for a person, a long answer for its model.
      server.requestTimeout = 0;
      server.maxConnections = MOST_CONNECTIONS;
      return server;
    },
    apply(settings) {
      const closedPorts = () => [...(settings.closedPorts ?? []), options.port() ?? 0];
      told = { settings, policy: networkPolicy(settings.network, closedPorts, options.lookup) };
    },
  };
}

/**
 * The path decides which header counts: a model's API takes a key in one of these headers, or has the agent's own sign-in
 * there.
 */
function shownTo(url: string, { headers }: IncomingMessage): Caller | null {
  return serviceAt(url) !== null ? (ownHeader(headers) ?? apiKey(headers) ?? bearer(headers)) : bearer(headers);
}

const UNTOLD = 'the relay has not heard from the host daemon yet; try again in a moment';
// More than an agent with all its helpers has at once.
const MOST_UNDER_WAY = 256;
// Each costs some kilobytes; each listener has its own limit.
const MOST_CONNECTIONS = 4096;
// Usually longer than the pause between two of an agent's calls.
const KEEP_ALIVE_MS = 65_000;
// A local caller sends its headers at once.
const HEADERS_MS = 15_000;
