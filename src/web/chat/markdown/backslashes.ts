/**
 * Agents write formulas as LaTeX does: `\(x\)`, `\[x\]`, `\{a\}`. Markdown would take the backslashes away, and leave what is
 * neither formula nor sentence. Before a bracket they stay; it remains one that makes no link.
 */
import type { Construct } from './micromark.ts';

const bracket: Construct = {
  name: 'keptBackslash',
  tokenize(effects, ok, nok) {
    return (backslash) => {
      effects.enter('data');
      effects.consume(backslash);
      return (code) => {
        if (code === null || !BRACKETS.includes(code)) return nok(code);
        effects.consume(code);
        effects.exit('data');
        return ok;
      };
    };
  },
};

const BRACKETS = Array.from('()[]{}', (sign) => sign.charCodeAt(0));

export const keptBackslashes = { text: { ['\\'.charCodeAt(0)]: bracket } };
