/**
 * What an answer's Markdown has beyond CommonMark. Formulas, and GitHub's tables, strikethrough, task lists and bare links. Not its footnotes: an answer is rendered in
 * blocks, and a footnote's text would be lost in another block than its mark.
 */
import { gfmAutolinkLiteralFromMarkdown } from 'mdast-util-gfm-autolink-literal';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import { keptBackslashes } from './backslashes.ts';
import { bareLinks } from './bare-links.ts';
import { amongEastAsian, eastAsianEmphasis } from './east-asian.ts';
import { formulas, formulasFromMarkdown } from './formulas.ts';
import type { Construct } from './micromark.ts';

/** As remark-gfm does it, but for scripts without spaces between words; that package also brings the way back to Markdown, which nobody needs here. */
export function remarkGfmParts(this: { data(): object }) {
  const data: Extensions = this.data();
  data.micromarkExtensions ??= [];
  data.fromMarkdownExtensions ??= [];
  data.micromarkExtensions.push(...syntax);
  data.fromMarkdownExtensions.push(...meaning);
}

function strikethrough() {
  const extension = gfmStrikethrough({ singleTilde: false });
  return { ...extension, text: { [TILDE]: amongEastAsian(extension.text?.[TILDE] as unknown as Construct) } };
}

const TILDE = '~'.charCodeAt(0);

/** Made once: each block of an answer is read by itself. */
// Later ones come first where both begin with the same sign: what is no formula may still keep its backslash.
const syntax = [
  eastAsianEmphasis,
  keptBackslashes,
  formulas,
  bareLinks(),
  strikethrough(),
  gfmTable(),
  gfmTaskListItem(),
];
const meaning = [
  formulasFromMarkdown,
  gfmAutolinkLiteralFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  gfmTableFromMarkdown(),
  gfmTaskListItemFromMarkdown(),
];

interface Extensions {
  micromarkExtensions?: unknown[];
  fromMarkdownExtensions?: unknown[];
}
