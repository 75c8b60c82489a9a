/** Quotes a word for any shell, as one word and nothing else. */
export function shellQuoted(word: string): string {
  return /^[\w./@+-][\w./:@%+,=-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
