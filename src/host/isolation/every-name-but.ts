/**
 * Patterns that match every file name except `names` (and except the empty one, and names that first differ by a blank,
 * `!` or `"`): Claude Code's rules can forbid, but have no exceptions. It reads them nearly as `.gitignore` does. Seen
 * with 2.1.197 and 2.1.332: brackets list letters and can't exclude any, not even with `!` or `^`; upper and lower case
 * are the same; and a pattern of one name, or of `name/**`, matches the name in any directory.
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
 * Absolute patterns that match every path except `directory`, which is absolute and real, the directories above it,
 * what is in it, and devices, to which any command may write output to discard. They do not cover files directly below
 * the root.
 */
export function everyPathBut(directory: string): string[] {
  const names = directory.split('/').slice(1);
  return names.flatMap((name, at) =>
    at === 0
      ? everyNameBut(name, 'dev').map((pattern) => `/${pattern}/*`)
      : everyNameBut(name).map((pattern) => `/${[...names.slice(0, at), pattern].join('/')}`),
  );
}

/** Absolute patterns that match everything in `directory` except the path of these names, and what is in that. */
export function everyPathInBut(directory: string, path: string[]): string[] {
  return path.flatMap((name, at) =>
    everyNameBut(name).map((pattern) => [directory, ...path.slice(0, at), pattern].join('/')),
  );
}

/** A bracket expression of all other letters. */
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

/** Both included. No range begins or ends with a character that would end the brackets or the name. */
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

// All characters that have no other meaning at the beginning of brackets.
const LETTERS: [first: number, last: number][] = [
  [codeOf('#'), codeOf('~')],
  [codeOf('¡'), codeOf('￮')],
];
const NO_END = new Set(['/', '\\', ']']);
