/** Requests to the model, from agents that don't have its key: the real credentials replace those of the session. */

import type { IncomingMessage } from 'node:http';
import { Agent as PlainAgent, request as plainRequest, type ServerResponse } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { ModelService } from '../../contract/model-service.ts';
import type { Caller } from './authenticate.ts';
import { forward } from './forward.ts';
import { endToEnd, isChunked } from './headers.ts';
import { refuse } from './respond.ts';
import { servicePaths } from './services.ts';
import type { RelayUpstream } from './settings.ts';

export interface ModelForwarderOptions {
  /** `http_proxy`, `https_proxy`, `no_proxy`: how the owner's machine reaches the internet. */
  proxyEnv: Record<string, string>;
  firstByteMs?: number;
  idleMs?: number;
}

export function modelForwarder({ proxyEnv, firstByteMs = PATIENCE_MS, idleMs = PATIENCE_MS }: ModelForwarderOptions) {
  // Connections are kept: a handshake takes longer than the relay may add to a model's first word.
  const agents = {
    'http:': new PlainAgent({ keepAlive: true, proxyEnv }),
    'https:': new TlsAgent({ keepAlive: true, proxyEnv }),
  };
  return (
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    { service, upstream }: { service: ModelService; upstream: RelayUpstream },
  ) => {
    const { path: prefix, allowed } = servicePaths[service];
    const path = (request.url ?? '').slice(prefix.length);
    const [bare = ''] = path.split('?');
    // A key in the address would be passed on, and is in logs.
    if (!allowed.test(bare) || path.includes(caller.secret)) {
      return refuse(
        request,
        response,
        403,
        'this part of the API is closed to agents: they may ask the model, no more',
      );
    }
    const base = new URL(upstream.url);
    const isTls = base.protocol === 'https:';
    const given = Object.keys(upstream.headers).map((name) => name.toLowerCase());
    // Without the owner's key, the agent's own sign-in is used.
    const isOwners = given.some((name) => CREDENTIALS.has(name));
    const passed = endToEnd(request.rawHeaders, (name, value) => {
      return (
        (isOwners && CREDENTIALS.has(name)) || given.includes(name) || name === 'host' || value.includes(caller.secret)
      );
    });
    const onward = (isTls ? tlsRequest : plainRequest)({
      agent: agents[isTls ? 'https:' : 'http:'],
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port || null,
      method: request.method,
      path: `${base.pathname.replace(/\/$/, '')}${path}`,
      headers: [
        'Host',
        base.host,
        ...passed,
        ...Object.entries(upstream.headers).flat(),
        ...(isChunked(request.rawHeaders) ? ['Transfer-Encoding', 'chunked'] : []),
      ],
    });
    forward({ request, response, onward, firstByteMs, idleMs, onFailure });

    function onFailure(failure: 'unreachable' | 'late'): void {
      if (failure === 'late') refuse(request, response, 504, 'the model’s API has not begun to answer');
      else refuse(request, response, 502, `the model’s API at ${base.host} can’t be reached`);
    }
  };
}

/** An agent's values in these headers are its own, and not for the model's API. */
const CREDENTIALS = new Set(['authorization', 'x-api-key', 'x-goog-api-key', 'proxy-authorization', 'cookie']);

// As long as Claude Code itself waits.
const PATIENCE_MS = 600_000;
