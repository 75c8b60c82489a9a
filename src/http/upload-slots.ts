/** How many files may be received at the same time: each is in memory until it is stored. */
import type { FastifyRequest } from 'fastify';
import { PaliadinError } from '../contract/errors.ts';
import { userOf } from './authenticate.ts';

export interface UploadSlots {
  /** @throws PaliadinError `rate_limited` */
  take(request: FastifyRequest): void;
  give(request: FastifyRequest): void;
}

export function uploadSlots(): UploadSlots {
  const taken = new Map<string, string>();
  return {
    take(request) {
      const { id } = userOf(request);
      const own = [...taken.values()].filter((user) => user === id).length;
      if (own >= OF_USER || taken.size >= IN_ALL) {
        throw new PaliadinError('rate_limited', 'too many files arrive at once', { againInMs: AGAIN_MS });
      }
      taken.set(request.id, id);
    },
    give: (request) => void taken.delete(request.id),
  };
}

// The page sends one after the other; somebody may have it open twice.
const OF_USER = 3;
const IN_ALL = 8;
const AGAIN_MS = 2000;
