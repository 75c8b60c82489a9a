/**
 * Refuses body fields and query parameters that a route does not know: a misspelt one would be ignored, and its sender would
 * wonder why. The routes' strict schemas find them; here is what is said about them, and what is done without a schema.
 */
import { z } from 'zod';
import { PaliadinError } from '../contract/errors.ts';
import { nearestName } from './nearest-name.ts';
import type { App } from './options.ts';

/** For calls that declare no query or no body: they take none. */
export function refuseUndeclaredFields(app: App): void {
  app.addHook('preValidation', async ({ routeOptions, query, body }) => {
    if (!routeOptions.url?.startsWith('/api/')) return;
    const { schema } = routeOptions;
    for (const [where, given] of [
      ['querystring', query],
      ['body', body],
    ] as const) {
      const names = typeof given === 'object' && given !== null ? Object.keys(given) : [];
      if (schema?.[where] !== undefined || names.length === 0) continue;
      throw new PaliadinError('bad_request', `${where}: ${unknownFields(names, undefined)}`);
    }
  });
}

/** Says which fields are unknown, and which ones were meant or exist. `schema` is that of the whole query or body. */
export function unknownFields(names: readonly string[], schema: unknown): string {
  const known = knownNames(schema);
  const sentences = names.slice(0, MAX_NAMED).map((name) => {
    const nearest = nearestName(name, known);
    return `${shown(name)} is unknown${nearest === null ? '' : `; did you mean ${nearest}?`}`;
  });
  if (sentences.some((sentence) => sentence.endsWith('?'))) return sentences.join('; ');
  return [...sentences, known.length === 0 ? 'this call takes none' : `known: ${known.join(', ')}`].join('; ');
}

/** Of an object, also where it may be left out. */
function knownNames(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return knownNames(schema.unwrap());
  return [];
}

/** Anything may be sent as a name. */
function shown(name: string): string {
  return JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
}

const MAX_NAMED = 5;
const MAX_SHOWN = 60;
