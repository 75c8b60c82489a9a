/** Text of the agent's on which a person decides: nothing in it may hide, or make the rest read otherwise. */

/** Each character that is not seen, or that turns the direction of what follows, as its number: `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (character) => `⟨U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

// Controls but tab and newline, direction marks and overrides, what has no width, and the tags block. The joiners
// stay: whole scripts, and many emoji, are written with them.
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff]|[\u{e0000}-\u{e007f}]/gu;
