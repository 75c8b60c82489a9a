/**
 * Formulas for micromark: `$x$`, `$$x$$`, and as LaTeX has them, `\(x\)` and `\[x\]`. Each attempt reads to the next delimiter
 * and no further, so that thousands of lone dollars take no longer than other text.
 */
import { isBetweenDollars, isFormula, LONGEST_FORMULA } from './formula.ts';
import type { Code, Construct, State } from './micromark.ts';

const dollars: Construct = {
  name: 'dollarFormula',
  tokenize(effects, ok, nok) {
    const before = signOf(this.previous);
    let size = 0;
    const open: State = (code) => {
      if (code === DOLLAR && size < 2) {
        size++;
        effects.consume(code);
        return open;
      }
      if (code === DOLLAR) return nok(code);
      effects.exit('formulaSign');
      return inside(code);
    };
    const { inside } = reader(effects, nok, (code) => code === DOLLAR, close);
    function close(code: Code, tex: string): State | undefined {
      let seen = 0;
      effects.enter('formulaSign');
      const end: State = (next) => {
        if (next === DOLLAR && seen < size) {
          seen++;
          effects.consume(next);
          return end;
        }
        const fits = size === 2 ? isFormula(tex) && next !== DOLLAR : isBetweenDollars(tex, before, signOf(next));
        if (seen < size || !fits) return nok(next);
        effects.exit('formulaSign');
        effects.exit('formula');
        return ok(next);
      };
      return end(code);
    }
    return (code) => {
      effects.enter('formula');
      effects.enter('formulaSign');
      return open(code);
    };
  },
};

const brackets: Construct = {
  name: 'bracketFormula',
  tokenize(effects, ok, nok) {
    let closing: Code = null;
    const { inside } = reader(effects, nok, () => false, close);
    function close(code: Code, tex: string): State | undefined {
      effects.enter('formulaSign');
      effects.consume(code);
      return (bracket) => {
        if (bracket !== closing || !isFormula(tex)) return nok(bracket);
        effects.consume(bracket);
        effects.exit('formulaSign');
        effects.exit('formula');
        return ok;
      };
    }
    return (backslash) => {
      effects.enter('formula');
      effects.enter('formulaSign');
      effects.consume(backslash);
      return (code) => {
        closing = CLOSING.get(code) ?? null;
        if (closing === null) return nok(code);
        effects.consume(code);
        effects.exit('formulaSign');
        return inside;
      };
    };
  },
};

/** Reads what is between the delimiters: up to `isEnd`, or to a backslash before a round or square bracket. */
function reader(
  effects: Parameters<Construct['tokenize']>[0],
  nok: State,
  isEnd: (code: Code) => boolean,
  close: (code: Code, tex: string) => State | undefined,
) {
  let tex = '';
  let isOpen = false;
  const enter = () => {
    if (!isOpen) effects.enter('formulaData');
    isOpen = true;
  };
  const exit = () => {
    if (isOpen) effects.exit('formulaData');
    isOpen = false;
  };
  const take = (code: Code, next: State): State => {
    tex += signOf(code);
    enter();
    effects.consume(code);
    return next;
  };
  const inside: State = (code) => {
    if (code === null || tex.length > LONGEST_FORMULA) return nok(code);
    if (isEnd(code)) {
      exit();
      return close(code, tex);
    }
    if (code < TAB_OR_SPACE && code !== TAB) {
      exit();
      tex += '\n';
      effects.enter('lineEnding');
      effects.consume(code);
      effects.exit('lineEnding');
      return inside;
    }
    return code === BACKSLASH ? effects.check(bracketAhead, end, escaped)(code) : take(code, inside);
  };
  const end: State = (code) => {
    exit();
    return close(code, tex);
  };
  const escaped: State = (code) =>
    take(code, (next) => (next === null || next < 0 ? inside(next) : take(next, inside)));
  return { inside };
}

/** `\(` is looked at too: within a formula it is none, so the attempt is over. */
const bracketAhead: Construct = {
  partial: true,
  tokenize(effects, ok, nok) {
    return (backslash) => {
      effects.enter('formulaSign');
      effects.consume(backslash);
      return (code) => {
        if (code === null || !BRACKETS.includes(code)) return nok(code);
        effects.exit('formulaSign');
        return ok(code);
      };
    };
  },
};

/** Below zero micromark has its own codes: ends of lines, and tabs. */
function signOf(code: Code): string {
  return code === null || code < 0 ? ' ' : String.fromCharCode(code);
}

const BACKSLASH = '\\'.charCodeAt(0);
const DOLLAR = '$'.charCodeAt(0);
const BRACKETS = Array.from('()[]', (sign) => sign.charCodeAt(0));
const CLOSING = new Map<Code, number>([
  ['('.charCodeAt(0), ')'.charCodeAt(0)],
  ['['.charCodeAt(0), ']'.charCodeAt(0)],
]);
// micromark's virtual space, and tab; what is below them ends a line.
const TAB_OR_SPACE = -2;
const TAB = -2;

export const formulas = { text: { [DOLLAR]: dollars, [BACKSLASH]: brackets } };

/** For mdast: code of a class of its own, which the page shows as a formula, and which is text where it can't. */
export const formulasFromMarkdown = {
  canContainEols: ['formula'],
  enter: {
    formula(this: Compiler, token: unknown) {
      const data = { hName: 'code', hProperties: { className: ['formula'] } };
      this.enter({ type: 'formula', children: [], data }, token);
      this.buffer();
    },
  },
  exit: {
    formula(this: Compiler, token: unknown) {
      this.resume();
      const source = { type: 'text', value: this.sliceSerialize(token) };
      const node = this.stack.at(-1);
      // Not as its child, in which bare links would be found.
      if (node !== undefined) node.data = { ...node.data, hChildren: [source] };
      this.exit(token);
    },
  },
};

/** As much of mdast-util-from-markdown's context as is needed here. */
interface Compiler {
  enter(node: FormulaNode, token: unknown): void;
  exit(token: unknown): void;
  buffer(): void;
  resume(): string;
  sliceSerialize(token: unknown): string;
  stack: FormulaNode[];
}

interface FormulaNode {
  type: string;
  children: [];
  data: object;
}
