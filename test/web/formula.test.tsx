import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { createSplitter } from '../../src/web/chat/markdown/blocks.ts';
import { closeMarks } from '../../src/web/chat/markdown/close-marks.ts';
import { mathOf } from '../../src/web/chat/markdown/katex.ts';
import { Markdown } from '../../src/web/chat/markdown/Markdown.tsx';
import { hostileMarkdown } from './hostile-markdown.ts';

/** The page before what draws formulas has come: each is its source, in an element of its own. */
const found = (text: string) =>
  [...renderToStaticMarkup(<Markdown text={text} growing={false} />).matchAll(FORMULA)].map(([, source]) => source);

const FORMULA = /<span class="formula-source">([^<]*)<\/span>/g;

const draw = (tex: string, display = false) => renderToStaticMarkup(mathOf(tex, display));

describe('a formula', () => {
  it.each([
    ['the square $x^2$ is', '$x^2$'],
    ['let $n$ be', '$n$'],
    ['设$x$为', '$x$'],
    ['$\\frac{1}{2}$.', '$\\frac{1}{2}$'],
    ['$f(x)$, with $2n + 1$', '$f(x)$', '$2n + 1$'],
    ['the first $3$ rows', '$3$'],
    ['costs $a_\\$ + 1$ and $a_i$', '$a_\\$ + 1$', '$a_i$'],
    ['then \\(a+b=c\\) and \\[ e = mc^2 \\]', '\\(a+b=c\\)', '\\[ e = mc^2 \\]'],
    ['with $$x*y*z = 1$$ in it', '$$x*y*z = 1$$'],
    ['- item $a*b$ and *em*', '$a*b$'],
    ['| $a_1$ |\n|---|\n| $b^2$ |', '$a_1$', '$b^2$'],
    ['text\n$$\na\n= b\n- c\n$$\nmore', '$$\na\n= b\n- c\n$$'],
    [
      '\\[\n\\begin{aligned}\na &= b \\\\\n- c\n\\end{aligned}\n\\]',
      '\\[\n\\begin{aligned}\na &amp;= b \\\\\n- c\n\\end{aligned}\n\\]',
    ],
    ['> $$\n> a = b\n> $$', '$$\na = b\n$$'],
  ])('is found in %j', (text, ...formulas) => {
    expect(found(text)).toEqual(formulas);
  });

  it.each([
    'from $5 and $10',
    'between $5 and 10$ each',
    '$5-$10, $5/$6, $5+$7',
    'US$5 and A$6=$7',
    'costs $5, $6.50 or $7',
    'set $HOME/$USER and $PATH:$HOME',
    'kill $$ and $$',
    '$$5 and $$10',
    '`$x^2$` and `\\(a\\)`',
    '\\$x^2\\$',
    'grep \\(foo bar\\)',
    '$1M in $2024 = $3',
    'a lone $x^2 and no more',
    'the $cost of living$ index',
    '$ x $',
  ])('is not found in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('of more than a thousand characters stays text, and so do a thousand in one paragraph', () => {
    expect(found(`$${'x+'.repeat(600)}y$`)).toEqual([]);
    expect(found('$x^2$ and '.repeat(900))).toEqual([]);
  });

  it('that is still being written is held back, a price is not', () => {
    const shown = (text: string) => closeMarks(createSplitter()(text).at(-1) ?? { text: '', kind: '' });
    expect(shown('so \\(a + b')).toBe('so');
    expect(shown('so $$a + b')).toBe('so');
    expect(shown('$$\na\n= b')).toBe('');
    expect(shown('so $5')).toBe('so $5');
  });
});

describe('what is drawn', () => {
  it('is MathML of a few elements and attributes', () => {
    expect(draw('x^2')).toBe('<math><semantics><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></semantics></math>');
    expect(draw('\\frac{a}{b}', true)).toContain('<mfrac><mi>a</mi><mi>b</mi></mfrac>');
    expect(draw('\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}')).toContain('<mtable');
  });

  it.each(hostileMarkdown)('is nothing active in %j', (attack) => {
    for (const tex of [attack, `\\text{${attack}}`, attack.replaceAll('$', '')]) {
      expect(draw(tex)).not.toMatch(/<(?!\/?(?:math|semantics|m[a-z]+)\b)/);
      expect(draw(tex)).not.toMatch(/<[^>]*\s(?:on\w+|style|href|src|id|class|xlink:href)=/);
    }
  });

  it.each([
    ['no formula', '\\frac{'],
    ['an unknown command', '\\evil{x}'],
    ['definitions that double', `\\def\\a{xxxxxxxxxx}${'\\def\\a{\\a\\a}'.repeat(9)}\\a`],
    ['a definition of itself', '\\def\\a{\\a\\a}\\a'],
    ['braces in braces', '{'.repeat(100_000)],
  ])('is nothing for %s', (_, tex) => {
    expect(mathOf(tex, false)).toBeNull();
  });

  it('is no larger than some lines', () => {
    expect(draw('\\rule{9999em}{9999em}')).toMatch(/width="20em"/);
  });
});
