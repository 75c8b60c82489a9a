/**
 * Patterns, as `.gitignore` has them, that match every file name but `names` (and the empty one): rules of Claude Code can
 * forbid, and have no exception.
 */
export function everyNameBut(...names: string[]): string[] {
  const letters = names.map((name) => [...name]);
  const beginnings = new Set(letters.flatMap((name) => [...name.keys(), name.length].map((end) => textOf(name, end))));
  return [...beginnings].flatMap((beginning) => {
    const length = [...beginning].length;
    const next = letters.filter((name) => textOf(name, length) === beginning).flatMap((name) => name[length] ?? []);
    const goesOnOtherwise = next.length === 0 ? '?*' : `[!${[...new Set(next)].map(escaped).join('')}]*`;
    const endsHere = beginning === '' || names.includes(beginning) ? [] : [beginning];
    return [`${beginning}${goesOnOtherwise}`, ...endsHere];
  });
}

/**
 * Absolute patterns that match every path but `directory`, which is absolute and real, with what is above and in it; and
 * devices, to which any command may write what nobody wants.
 */
export function everyPathBut(directory: string): string[] {
  const names = directory.split('/').slice(1);
  return names.flatMap((name, at) =>
    everyNameBut(name, ...(at === 0 ? ['dev'] : [])).map((pattern) => `/${[...names.slice(0, at), pattern].join('/')}`),
  );
}

function textOf(letters: string[], length: number): string {
  return letters.slice(0, length).join('');
}

/** As it may stand in brackets. */
function escaped(letter: string): string {
  return letter.replace(/[\]\\^-]/, '\\$&');
}
