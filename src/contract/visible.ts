/**
 * Shows text from the agent on which a person decides: nothing in it may be hidden, or change how the rest reads. An
 * invisible character is shown as its code point, `⟨U+202E⟩`, and a run of the same one as `⟨U+200B×12⟩`. A `⟨` in the
 * text itself is shown as `⟨U+27E8⟩`, so it can't imitate such a mark. So every shown text has exactly one source text.
 */

/** A part of the shown text: as it is in the source, or a mark that stands for it. */
export interface VisiblePart {
  text: string;
  mark: boolean;
  /** UTF-16 units of the source. */
  length: number;
}

export interface VisibleOptions {
  /**
   * Also mark white space that could be misread: at the end of a line, in long runs, of unusual widths, and tabs that
   * do not indent. For text that is going to be executed; in prose such characters are ordinary.
   */
  exact?: boolean;
  /** Also mark line ends: for a name or a title, which has none. */
  line?: boolean;
}

export function visible(text: string, options: VisibleOptions = {}): string {
  return visibleParts(text, options)
    .map((part) => part.text)
    .join('');
}

export function visibleParts(text: string, { exact = false, line = false }: VisibleOptions = {}): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let plainFrom = 0;

  function mark(from: number, to: number, character: string): void {
    if (to <= from) return;
    if (from > plainFrom) parts.push({ text: text.slice(plainFrom, from), mark: false, length: from - plainFrom });
    const count = (to - from) / character.length;
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    parts.push({ text: `⟨U+${number}${count === 1 ? '' : `×${count}`}⟩`, mark: true, length: to - from });
    plainFrom = to;
  }

  /** The stretch of blanks and tabs that is being read. */
  let blank = { from: 0, to: 0 };
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    let end = at + character.length;
    while (text.startsWith(character, end)) end += character.length;
    if (character === '⟨') {
      if (text.startsWith('U+', end)) mark(end - 1, end, character);
    } else if (character === '\n') {
      if (line) mark(at, end, character);
      else if (exact && end - at > MAX_LINE_ENDS) mark(at + 1, end - 1, character);
    } else if (character === ' ' || character === '\t') {
      if (at >= blank.to) blank = { from: at, to: endOfBlank(text, at) };
      if (exact && isMisleading(text, blank, { at, end })) mark(at, end, character);
    } else if (HIDDEN.test(character)) {
      mark(isOfScript(text, at, end) ? at + character.length : at, end, character);
    } else if (exact && OTHER_BLANK.test(character)) {
      mark(at, end, character);
    }
    at = end;
  }
  if (plainFrom < text.length) {
    parts.push({ text: text.slice(plainFrom), mark: false, length: text.length - plainFrom });
  }
  return parts;
}

function endOfBlank(text: string, from: number): number {
  let end = from;
  while (text[end] === ' ' || text[end] === '\t') end += 1;
  return end;
}

/** Whether a run of one character, in a stretch of blanks and tabs, could mislead. */
function isMisleading(
  text: string,
  blank: { from: number; to: number },
  { at, end }: { at: number; end: number },
): boolean {
  if (blank.to === text.length || text[blank.to] === '\n' || text[blank.to] === '\r') return true;
  const indents = blank.from === 0 || text[blank.from - 1] === '\n';
  if (text[at] === '\t') return !indents || at > blank.from;
  return end - at > MAX_BLANKS && !indents;
}

/** Whole scripts and many emoji need joiners and variation selectors; a single one in its proper place is allowed. */
function isOfScript(text: string, at: number, end: number): boolean {
  const character = text[at] ?? '';
  if (!/\u200c|\u200d|\ufe0e|\ufe0f/.test(character)) return false;
  // A letter, and the characters that may stand between it and a joiner.
  const before = text.slice(Math.max(0, at - 4), at).toWellFormed();
  const after = text.slice(at + 1, at + 3).toWellFormed();
  if (/\ufe0e|\ufe0f/.test(character)) {
    return /\p{Extended_Pictographic}$/u.test(before) || (end === at + 1 && after.startsWith('\u20e3'));
  }
  if (JOINING.test(before)) return true;
  const joins = /\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?$/u.test(before);
  return character === '\u200d' && joins && /^\p{Extended_Pictographic}/u.test(after);
}

// Controls, format characters (direction, zero width, tags), lone surrogates, separators, characters that are drawn as
// nothing, and a letter that looks like a blank. Tab and line end have rules of their own.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const OTHER_BLANK = /\p{Zs}/u;
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]$/u;
// More would move the text after it out of sight.
const MAX_BLANKS = 16;
const MAX_LINE_ENDS = 3;
