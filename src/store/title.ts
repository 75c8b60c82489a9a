/** A conversation is called by its first question: one line, shortened between letters that belong together. */
export function titleOf(message: string): string {
  const line = message.slice(0, LOOKED_AT).toWellFormed().replace(/\s+/g, ' ').trim();
  const letters = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
  if (letters.length <= LONGEST) return line;
  const cut = letters.slice(0, LONGEST - 1).join('');
  const atWord = cut.lastIndexOf(' ');
  return `${(atWord > SHORTEST ? cut.slice(0, atWord) : cut).trimEnd()}…`;
}

// What fits into one or two lines of a list.
const LONGEST = 80;
const SHORTEST = 40;
// A letter may be made of several characters; a message may be long.
const LOOKED_AT = 600;
