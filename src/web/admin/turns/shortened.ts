/** A question as a title: on one line, and no longer than two lines of a page. */
export function shortened(question: string): string {
  const line = question.replace(/\s+/g, ' ').trim();
  if (line.length <= LONGEST) return line;
  const cut = line.slice(0, LONGEST);
  // Not in the middle of a word, unless there is no other place near.
  const end = cut.lastIndexOf(' ');
  return `${(end > LONGEST / 2 ? cut.slice(0, end) : [...cut].slice(0, -1).join('')).trimEnd()}…`;
}

const LONGEST = 120;
