/**
 * Formulas as MathML, which browsers draw by themselves: no style sheet, no fonts, and a screen reader reads it. Loaded when the
 * first formula is shown. What KaTeX makes is built anew here, element by element, from a list of what may be there.
 */
import katex, { type KatexOptions } from 'katex';
import { createElement, type ReactNode } from 'react';

/** The formula; null where it is none, or asks for too much. Never throws. */
export function mathOf(tex: string, display: boolean): ReactNode {
  try {
    return toElement(toTree(tex, { ...options, displayMode: display }), 'm');
  } catch {
    return null; // also a RangeError of too many braces in one another
  }
}

const options = {
  output: 'mathml',
  throwOnError: true,
  strict: 'ignore',
  // No links, pictures, classes or styles.
  trust: false,
  // Definitions that double at each step would fill the memory.
  maxExpand: 500,
  // In ems: nothing covers the page.
  maxSize: 20,
} as const;

/** Not among its types: what renders to a string makes this tree first. The version is fixed, and a test would notice. */
const { __renderToDomTree: toTree } = katex as unknown as {
  __renderToDomTree(tex: string, options: KatexOptions): KatexNode;
};

/** As much of KaTeX's tree as is needed here. */
interface KatexNode {
  type?: string;
  text?: string;
  attributes?: Record<string, string>;
  children?: KatexNode[];
}

function toElement(node: KatexNode, key: string): ReactNode {
  if (node.text !== undefined && node.children === undefined) return node.text;
  const { type = '', attributes = {}, children = [] } = node;
  // The formula's source, for programs; here it would be read twice.
  if (type === 'annotation') return null;
  const inner = children.map((child, index) => toElement(child, `${key}-${index}`));
  if (!ELEMENTS.has(type)) return inner;
  const allowed = Object.entries(attributes).filter(([name]) => ATTRIBUTES.has(name));
  return createElement(type, { key, ...Object.fromEntries(allowed) }, ...inner);
}

const ELEMENTS = new Set(
  'math semantics mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mtable mtr mtd mlabeledtr mover munder munderover mpadded mphantom menclose mstyle'.split(
    ' ',
  ),
);

const ATTRIBUTES = new Set(
  'display mathvariant stretchy fence separator lspace rspace accent accentunder minsize maxsize width height depth voffset linethickness columnalign columnspacing columnlines rowspacing rowlines scriptlevel displaystyle symmetric largeop movablelimits mathcolor mathbackground notation form'.split(
    ' ',
  ),
);
