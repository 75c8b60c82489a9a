/** What the server depends on, supplied by `gateway/`. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Hosts } from '../backend/hosts.ts';
import type { PaliadinError } from '../contract/errors.ts';
import type { Requirement } from '../services/authorisation.ts';
import type { GatewayServices } from '../services/services.ts';
import type { Identity } from '../services/sign-in/identity.ts';
import type { Turns } from '../turn/turns.ts';
import type { Look } from './look.ts';
import type { ServerMetrics } from './server-metrics.ts';
import type { ProxyAuthenticator } from './sign-in/proxy-authenticator.ts';

export interface ServerOptions {
  turns: Turns;
  services: GatewayServices;
  hosts: Pick<Hosts, 'all' | 'of' | 'insteadOf'>;
  /** Why a question could not be answered now; null where it could. */
  report(): Promise<PaliadinError | null>;
  /**
   * The exact origins under which people reach this server, such as `http://127.0.0.1:7717`. Called for each
   * request, because a server that lets the system choose its port knows it only once it listens.
   */
  publicOrigins: () => readonly string[];
  /** The origins of the application's own pages, whose scripts may call the API. */
  appOrigins: readonly string[];
  /** The origins of which a question's page and chips may be; absent: `appOrigins`. */
  pageOrigins?: readonly string[];
  /** The origins of pages that may show the chat in a frame. */
  embedOrigins?: readonly string[];
  look?: Look;
  /** Where the application is, for people who have to sign in there; null or absent where that is not set. */
  appUrl?: string | null;
  /** The public keys of the tokens that the gateway makes; null or absent where it makes none. */
  jwks?: (() => Promise<{ keys: object[] }>) | null;
  /** The directory of the built page. */
  webRoot: string;
  /** UTC milliseconds. */
  clock: () => number;
  /** Cryptographically strong random bytes. */
  random: (bytes: number) => Buffer;
  logger: FastifyBaseLogger;
  /** Example questions, in the language of `locale`. */
  starters: (locale: string) => string[];
  /** The proxy whose identity header is trusted; none where no proxy signs users in. */
  proxy?: ProxyAuthenticator | null;
  /** Whether this is the address of a trusted proxy, which may name its user and the client's address. */
  trustsProxy?: (address: string) => boolean;
  metrics?: ServerMetrics;
  /** How long an approval waits for its decision, for protocols that tell their clients. */
  approvalMs?: number | null;
  /** Requests a minute: of each user, and of each address that is not signed in. */
  rateLimit: number;
  version: string;
  streamLimits?: Partial<StreamLimits>;
  /** The connection of a reader that takes nothing of an answer for this long is closed. */
  responseStallMs?: number;
  connectionLimits?: Partial<ConnectionLimits>;
  overloadLimits?: Partial<OverloadLimits>;
}

export interface StreamLimits {
  /** Open at once for one user. */
  perUser: number;
  pingMs: number;
  /** The connection of a reader that takes nothing for this long is closed. */
  stallMs: number;
  /** How soon a stream ends after its user is disabled or signed out. */
  recheckMs: number;
  /** On closing: how long readers have to receive the last events. */
  farewellMs: number;
}

export interface ConnectionLimits {
  /** Open at once from one address. */
  perAddress: number;
  /** Open at once from all addresses. */
  total: number;
  /** Requests of one user that have not been answered, streams among them. */
  perUser: number;
}

export interface OverloadLimits {
  /** Mean delay of the event loop over a second. */
  eventLoopDelayMs: number;
  /** Share of the heap's limit. */
  heapShare: number;
  /** Memory in use, including answers that readers have not taken yet. */
  memoryBytes: number;
}

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse<IncomingMessage>,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where nobody is signed in, and on open routes. */
    identity: Identity | null;
    /** Why the credentials of the request are refused. */
    turnedAway: PaliadinError | null;
    /** The turn that the request is about, for the log. */
    turnId: string | null;
  }

  interface FastifyContextConfig {
    /** Needs no sign-in. Any other route has a guard. */
    open?: boolean;
    guard?: Requirement;
    /** The body may take as long as the server allows. */
    slowBody?: boolean;
    /** The body may hold files, as base64: it may be as large as they are, and take as long. */
    inlineFiles?: boolean;
    /** The response is a file of somebody's: no page, whatever is in it. */
    sandboxed?: boolean;
    /** Signs a user in; counted by `services/sign-in/attempts.ts` instead of by address. */
    signsIn?: boolean;
    /** Pages of other sites may send a browser here, since every caller gets the same. */
    crossSite?: boolean;
    /** Whatever page may request this: it changes nothing, and is the same for everybody. */
    anyOrigin?: boolean;
    /** Not counted against the rate limit: answering costs no more than refusing. */
    unlimited?: boolean;
  }
}
