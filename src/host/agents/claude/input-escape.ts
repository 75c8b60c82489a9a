/**
 * Makes Claude Code's input box treat a person's text as text only. Each rule puts a backslash where something would
 * begin, or behind the path of a file; docs/typed-text.md lists what that prevents, and what was tested. The rules
 * match more than the known versions look for: newer ones find more, and a backslash costs little.
 */
import type { InputEscape } from '../input-escape.ts';

export const claudeInputEscape: InputEscape = {
  escape: (text) => RULES.reduce((escaped, rule) => rule.escape(escaped), text),
  unescape: (text) => RULES.reduceRight((escaped, rule) => rule.unescape(escaped), text),
};

/** Adds one backslash to those, if any, between `before` and `after`; or removes one of them. */
function backslashBetween(before: string, after: string, flags = ''): InputEscape {
  const compile = () => ({
    paths: new RegExp(String.raw`(${before})(\\*)(?=${after})`, `gu${flags}`),
    escaped: new RegExp(String.raw`(${before})(\\*)\\(?=${after})`, `gu${flags}`),
  });
  // On first use: their classes take some milliseconds, and the gateway never types.
  let compiled: ReturnType<typeof compile> | null = null;
  const patterns = () => {
    compiled ??= compile();
    return compiled;
  };
  return {
    escape: (text) => text.replace(patterns().paths, '$1$2\\'),
    unescape: (text) => text.replace(patterns().escaped, '$1$2'),
  };
}

// Newer versions remove invisible characters before they look at the text: a hidden character hides nothing.
const HIDDEN = String.raw`\p{M}\p{Cf}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800`;
const spaced = (word: string) => [...word].join(`[${HIDDEN}]*`);

/** A file, a directory, an agent, a server's resource, a person. Only a possible mail address stays unchanged. */
const mention = backslashBetween(String.raw`(?<![\\A-Za-z0-9_])`, '@');

/** `/name` as a separate word is the name of a skill, at any position. A path of several names is not. */
const skill = backslashBetween('(?<![!-~])', String.raw`\/[${HIDDEN}]*\p{L}(?:[^\s\/]|\ufeff)*(?!\S)`);

/** Words that request more effort, or another way of working. */
const keyword = backslashBetween(
  spaced('ultra'),
  `[${HIDDEN}]*(?:${['think', 'plan', 'review', 'code'].map(spaced).join('|')})`,
  'i',
);

/** Paths are looked for at the end of each line, and of each part of a line before another path. */
const picture: InputEscape = {
  escape: (text) => mapPieces(text, (piece) => (isFile(piece) ? piece.replace(ENDING, '$1$2\\$3') : piece)),
  unescape: (text) =>
    mapPieces(text, (piece) =>
      isFile(piece) ? piece.replace(ENDING, (_, name, marks, rest) => `${name}${marks.slice(1)}${rest}`) : piece,
    ),
};

function mapPieces(text: string, change: (piece: string) => string): string {
  const changeLine = (line: string) => line.split(BEFORE_PATH).map(change).join(' ');
  return text.split('\n').map(changeLine).join('\n');
}

function isFile(piece: string): boolean {
  const name = ENDING.exec(piece)?.[1];
  if (name === undefined) return false;
  return PATH.test(piece) || ATTACHABLE.test(name.replace(NO_LETTERS, ''));
}

const BEFORE_PATH = / (?=["']?(?:\/|[A-Za-z]:\\))/;
const PATH = /^[\s"'\\]*(?:\/|~|file:|[A-Za-z]:\\)/i;
// The path may be quoted, and any of its letters may follow a backslash.
const ENDING = new RegExp(String.raw`(\.(?:[${HIDDEN}\\]*[A-Za-z0-9]){1,5})(\\*)([${HIDDEN}\s"']*)$`, 'u');
const NO_LETTERS = /[^A-Za-z0-9]/g;
const ATTACHABLE = /^(?:png|jpe?g|gif|webp|bmp|tiff?|hei[cf]|avif|svg|ico|pdf)$/i;

/**
 * A word at the very end opens a menu of completions, from which Enter would choose; a backslash there makes Enter a
 * new line; and an ending such as `[I` is read as a sequence of the terminal's. Spaces at the end are dropped.
 */
const end: InputEscape = {
  escape: (text) => `${text} `,
  unescape: (text) => text.replace(/ $/, ''),
};

const RULES = [keyword, mention, skill, picture, end];
