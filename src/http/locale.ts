/** The language of the answer. */
import type { FastifyRequest } from 'fastify';
import { DEFAULT_LANGUAGE, LOCALE_PATTERN } from '../contract/locales/locale.ts';

/** The user's own choice, else the browser's language. */
export function localeOf(request: FastifyRequest): string {
  return request.identity?.user.locale ?? preferred(request.headers['accept-language']) ?? DEFAULT_LANGUAGE;
}

/** The first language of an Accept-Language header; null where it names none. */
function preferred(header: string | undefined): string | null {
  const preferences = (header ?? '').slice(0, MAX_HEADER_LENGTH).split(',').map(readPreference);
  const best = preferences
    .filter(({ tag, weight }) => weight > 0 && LOCALE_PATTERN.test(tag))
    .reduce((first, next) => (next.weight > first.weight ? next : first), { tag: '', weight: 0 });
  return best.tag === '' ? null : best.tag;
}

// Browsers send some fifty characters.
const MAX_HEADER_LENGTH = 1000;

function readPreference(wish: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = wish.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  return { tag, weight: weight === undefined ? 1 : Number(weight) || 0 };
}
