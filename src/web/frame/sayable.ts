/** Text without what can't be seen: characters that reorder, hide or control. Cut to `most` characters. */
export function sayable(text: string, most: number): string {
  const clean = text
    .slice(0, most * 4)
    .toWellFormed()
    .replace(/[^\P{C}\n\t]/gu, '')
    .trim();
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
}
