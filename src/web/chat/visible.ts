/** Text of the agent's on which a person decides: nothing in it may hide, or make the rest read otherwise. */

/** Each character that is not seen, or that turns the direction of what follows, as its number: `⟨U+202E⟩`. */
export function visible(text: string): string {
  const number = (character: string) => character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return text.replace(HIDDEN, (character) => `⟨U+${number(character)}⟩`);
}

// Controls, format characters (direction, no width, tags), separators, and blanks that count as letters; but not tab
// and newline, nor the joiners, with which whole scripts and many emoji are written.
const HIDDEN = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;
