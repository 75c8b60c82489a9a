/** How many connections one address may have open, and how many requests one user may have under way. */
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PaliadinError } from '../contract/errors.ts';
import { connectionKey } from './client-address.ts';
import type { App, ConnectionLimits, ServerOptions } from './options.ts';

type Needs = Pick<ServerOptions, 'connectionLimits' | 'trustsProxy'>;

/** A trusted proxy may open as many connections as are allowed in total. */
export function limitConnections(app: App, options: Needs): void {
  const limits = { ...defaults, ...options.connectionLimits };
  const open = new Counts();
  const refused = new WeakMap<Socket, number>();
  let total = 0;
  app.server.on('connection', (socket: Socket) => {
    const key = connectionKey(socket, options);
    if (total >= limits.total || (key !== null && open.of(key) >= limits.perAddress)) {
      refused.set(socket, total >= limits.total ? limits.total : limits.perAddress);
      const timer = setTimeout(() => socket.destroy(), REFUSED_MS);
      socket.once('close', () => clearTimeout(timer));
    }
    total++;
    if (key !== null) open.add(key);
    socket.once('close', () => {
      total--;
      if (key !== null) open.take(key);
    });
    if (total > 2 * limits.total) socket.destroy();
  });
  app.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    const limit = refused.get(raw.socket);
    if (limit === undefined) return;
    reply.header('connection', 'close');
    if (routeOptions.config.unlimited === true) return;
    reply.header('retry-after', RETRY_AFTER_S);
    throw new PaliadinError('rate_limited', `${limit} connections are already open; close one first`);
  });
}

/** Runs once the caller is known. A stream is a request that takes long. */
export function limitRequestsUnderWay(app: App, { connectionLimits }: Pick<ServerOptions, 'connectionLimits'>): void {
  const limits = { ...defaults, ...connectionLimits };
  const underWay = new Counts();
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const userId = request.identity?.user.id;
    if (userId === undefined) return;
    if (underWay.of(userId) >= limits.perUser) {
      reply.header('retry-after', RETRY_AFTER_S);
      throw new PaliadinError(
        'rate_limited',
        `${limits.perUser} requests of this user are under way; finish one first`,
      );
    }
    underWay.add(userId);
    reply.raw.once('close', () => underWay.take(userId));
  });
}

const defaults: ConnectionLimits = {
  // A household or an office behind one address, with a page open in each tab.
  perAddress: 512,
  // Below the limit of open files that systems set for a process.
  total: 4096,
  // As many streams as a user may have, and many more requests than a page has at a time.
  perUser: 80,
};

const RETRY_AFTER_S = 5;

// Enough time for a refused client to send its request and read the refusal.
const REFUSED_MS = 5000;

class Counts {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
  }

  take(key: string): void {
    const left = this.of(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
