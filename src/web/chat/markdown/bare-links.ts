/**
 * Links that are written out, as GitHub has them: from `http://`, `https://` or `www.` to a space, without the punctuation of
 * the sentence they stand in. GitHub's own reach over `（说明）。`, which no space parts from them; here they end at
 * punctuation that no address has. Mail addresses stay GitHub's.
 */
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import type { Code, Construct, Constructs, Context, State, Token } from './micromark.ts';

/** For micromark. What it makes is what `gfmAutolinkLiteralFromMarkdown` takes. */
export function bareLinks(): { text: Constructs } {
  const all = Object.entries(gfmAutolinkLiteral().text as unknown as Constructs);
  const text: Constructs = Object.fromEntries(
    all.map(([code, list]) => [code, [list].flat().filter(({ name }) => name === 'emailAutolink')]),
  );
  for (const sign of 'hHwW') text[codeOf(sign)] = [...[text[codeOf(sign)] ?? []].flat(), bareLink];
  return { text };
}

const bareLink: Construct = {
  name: 'bareLink',
  tokenize(effects, ok, nok) {
    const before = signOf(this.previous);
    const isInLabel = inLabel(this.events);
    let read = '';
    let kind = '';
    let depth = 0;

    const start: State = (code) => {
      const isWeb = signOf(code).toLowerCase() === 'w';
      if (isInLabel || !(isWeb ? BEFORE_WWW : BEFORE_PROTOCOL).test(before)) return nok(code);
      kind = isWeb ? 'literalAutolinkWww' : 'literalAutolinkHttp';
      effects.enter('literalAutolink');
      effects.enter(kind);
      return prefix(code);
    };
    const prefix: State = (code) => {
      read += signOf(code).toLowerCase();
      if (!PREFIXES.some((known) => known.startsWith(read))) return nok(code);
      effects.consume(code);
      return PREFIXES.includes(read) ? first : prefix;
    };
    const first: State = (code) => (FIRST.test(signOf(code)) ? take(code) : nok(code));
    const inside: State = (code) => {
      const sign = signOf(code);
      if (END.test(sign)) return end(code);
      const isPaired = sign === ')' && depth > 0;
      return TRAIL.test(sign) && !isPaired ? effects.check(trail, end, takeRun)(code) : take(code);
    };
    /** It goes on behind this punctuation: all of it belongs to the address, and is not looked at again sign by sign. */
    const takeRun: State = (code) => (TRAIL.test(signOf(code)) ? consume(code, takeRun) : inside(code));
    const take: State = (code) => consume(code, inside);
    const consume = (code: Code, next: State): State => {
      if (code === codeOf('(')) depth++;
      if (code === codeOf(')')) depth--;
      effects.consume(code);
      return next;
    };
    const end: State = (code) => {
      effects.exit(kind);
      effects.exit('literalAutolink');
      return ok(code);
    };
    return start;
  },
};

/** Punctuation behind which the address is over. */
const trail: Construct = {
  partial: true,
  tokenize(effects, ok, nok) {
    const more: State = (code) => {
      const sign = signOf(code);
      if (END.test(sign)) return ok(code);
      if (!TRAIL.test(sign)) return nok(code);
      effects.consume(code);
      return more;
    };
    return more;
  },
};

/** Within the brackets of what may be a link, which has no other link inside. Looks at no event twice. */
function inLabel(events: Context['events']): boolean {
  for (let index = events.length - 1; index >= 0; index--) {
    const token = events[index]?.[1] as Token;
    if (LABELS.includes(token.type) && token._balanced !== true) return true;
    if (token._noLabelBefore) break;
  }
  const last = events.at(-1)?.[1];
  if (last !== undefined) last._noLabelBefore = true;
  return false;
}

/** Below zero micromark has its own codes: ends of lines, and tabs. */
function signOf(code: Code): string {
  return code === null || code < 0 ? ' ' : String.fromCharCode(code);
}

function codeOf(sign: string): number {
  return sign.charCodeAt(0);
}

const LABELS = ['labelLink', 'labelImage'];
const PREFIXES = ['http://', 'https://', 'www.'];
const BEFORE_PROTOCOL = /[^a-z]/i;
const BEFORE_WWW = /[\s(*_[\]~]|[^\0-\x7f]/;
const FIRST = /[^\s\p{P}\p{S}]/u;
const TRAIL = /[!"')*,.:;?\]_~]/;
// White space, `<`, and the punctuation of East Asian scripts, with the quotes that they share with others.
const END = /[\s<\u3000-\u303f\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’…]/;
