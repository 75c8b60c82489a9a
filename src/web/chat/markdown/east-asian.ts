/**
 * Chinese, Japanese and Korean put no spaces between words, by which CommonMark knows where emphasis begins and ends:
 * `**重要：**请` would stay asterisks, or what stands between two words in bold would be bold in their place. Beside a sign of
 * these scripts, marks open before whatever does not close, and close behind whatever does not open.
 */
import type { Code, Construct, Context, Token } from './micromark.ts';

/** In place of micromark's own emphasis, whose rules it loosens and never tightens. */
export const eastAsianEmphasis = {
  text: { [codeOf('*')]: emphasis(), [codeOf('_')]: emphasis() },
  disable: { null: ['attention'] },
};

/** Loosens where the marks of a construct may open and close. */
export function amongEastAsian(construct: Construct): Construct {
  return {
    ...construct,
    tokenize(effects, ok, nok) {
      const before = this.previous;
      const end = (after: Code) => {
        loosen(this.events.at(-1)?.[1], signOf(before), signOf(after));
        return ok(after);
      };
      return construct.tokenize.call(this, effects, end, nok);
    },
  };
}

function emphasis(): Construct {
  return {
    name: 'eastAsianAttention',
    tokenize(effects, ok, nok) {
      // `_` within a word is a part of it in every script.
      const start = (code: Code) =>
        (code === codeOf('*') ? amongEastAsian(core(this)) : core(this)).tokenize.call(this, effects, ok, nok)(code);
      return start;
    },
    resolveAll: (events, context) => core(context).resolveAll?.(events, context) ?? events,
  };
}

function core({ parser }: Context): Construct {
  const construct = parser.constructs.insideSpan.null.find(({ name }) => name === 'attention');
  if (construct === undefined) throw new TypeError('micromark has no construct of the name attention');
  return construct;
}

function loosen(mark: Token | undefined, before: string, after: string): void {
  if (mark === undefined || !(EAST_ASIAN.test(before) || EAST_ASIAN.test(after))) return;
  if (!SPACE.test(after) && !CLOSING.test(after)) mark._open = true;
  if (!SPACE.test(before) && !OPENING.test(before)) mark._close = true;
}

/** Below zero micromark has its own codes: ends of lines, and tabs. */
function signOf(code: Code): string {
  return code === null || code < 0 ? ' ' : String.fromCharCode(code);
}

function codeOf(sign: string): number {
  return sign.charCodeAt(0);
}

const SPACE = /\s/;
// Nothing begins before what closes, and nothing ends behind what opens.
const CLOSING = /[\p{Pe}\p{Pf},.;:!?，。、；：！？…]/u;
const OPENING = /[\p{Ps}\p{Pi}]/u;
// Of the rarest letters, which are two codes to micromark, the first half.
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\u30fb\u30fc\ufe30-\ufe4f\uff00-\uffef\ud840-\ud884]/u;
