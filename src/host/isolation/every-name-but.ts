/**
 * Patterns that match every file name but `names` (and the empty one, and what differs first by a blank, `!` or `"`): rules
 * of Claude Code can forbid, and have no exception. It reads them nearly as `.gitignore` does. Seen with 2.1.197 and 2.1.332:
 * brackets hold letters, never letters that are not meant, also behind `!` or `^`; small and large letters are the same; and
 * a pattern of one name, or of `name/**`, means the name in any directory.
 */
export function everyNameBut(...names: string[]): string[] {
  const letters = names.map((name) => [...name]);
  const beginnings = new Set(letters.flatMap((name) => [...name.keys(), name.length].map((end) => textOf(name, end))));
  return [...beginnings].flatMap((beginning) => {
    const length = [...beginning].length;
    const next = letters.filter((name) => textOf(name, length) === beginning).flatMap((name) => name[length] ?? []);
    const endsHere = beginning === '' || names.includes(beginning) ? [] : [beginning];
    return [`${beginning}${next.length === 0 ? '?' : anyLetterBut(next)}*`, ...endsHere];
  });
}

/**
 * Absolute patterns that match every path but `directory`, which is absolute and real, with what is above and in it; and
 * devices, to which any command may write what nobody wants. Of files right below the root they say nothing.
 */
export function everyPathBut(directory: string): string[] {
  const names = directory.split('/').slice(1);
  return names.flatMap((name, at) =>
    at === 0
      ? everyNameBut(name, 'dev').map((pattern) => `/${pattern}/*`)
      : everyNameBut(name).map((pattern) => `/${[...names.slice(0, at), pattern].join('/')}`),
  );
}

/** Brackets with all the others. */
function anyLetterBut(letters: string[]): string {
  const excluded = new Set(letters.flatMap((letter) => [letter.toLowerCase(), letter.toUpperCase()]).map(codeOf));
  const ranges: string[] = [];
  for (const [first, last] of LETTERS) {
    let from = first;
    for (const code of [...excluded].filter((one) => one >= first && one <= last).sort((a, b) => a - b)) {
      ranges.push(rangeOf(from, code - 1));
      from = code + 1;
    }
    ranges.push(rangeOf(from, last));
  }
  return `[${ranges.join('')}]`;
}

/** Both included. No range begins or ends with what would end the brackets or the name. */
function rangeOf(from: number, to: number): string {
  let [first, last] = [from, to];
  while (NO_END.has(String.fromCharCode(first))) first++;
  while (NO_END.has(String.fromCharCode(last))) last--;
  return first > last ? '' : `${String.fromCharCode(first)}-${String.fromCharCode(last)}`;
}

function codeOf(letter: string): number {
  return letter.charCodeAt(0);
}

function textOf(letters: string[], length: number): string {
  return letters.slice(0, length).join('');
}

// All that can be written into brackets without meaning something else at their beginning.
const LETTERS: [first: number, last: number][] = [
  [codeOf('#'), codeOf('~')],
  [codeOf('¡'), codeOf('￮')],
];
const NO_END = new Set(['/', '\\', ']']);
