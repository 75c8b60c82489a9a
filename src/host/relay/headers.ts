/** Headers to forward: flat lists of name and value, as Node has them raw, in their original order. */

/** Without hop-by-hop headers, and without those that `drop` selects. */
export function endToEnd(raw: readonly string[], drop: (name: string, value: string) => boolean): string[] {
  const entries = pairs(raw);
  const named = entries.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => tokens(value));
  return entries
    .filter(([name, value]) => {
      const lower = name.toLowerCase();
      return !HOP_BY_HOP.has(lower) && !named.includes(lower) && !drop(lower, value);
    })
    .flat();
}

/** Whether the message says that its body comes in chunks; the parser has refused any other encoding. */
export function isChunked(raw: readonly string[]): boolean {
  return pairs(raw).some(([name]) => name.toLowerCase() === 'transfer-encoding');
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at] ?? '', raw[2 * at + 1] ?? '']);
}

function tokens(value: string): string[] {
  return value.split(',').map((token) => token.trim().toLowerCase());
}

// RFC 9110, section 7.6.1. The relay itself answers `Expect`.
const HOP_BY_HOP = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
]);
