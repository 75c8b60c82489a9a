/** The name that somebody meant. */

/** The known name that is nearest to an unknown one; null where none is near. */
export function nearestName(unknown: string, known: readonly string[]): string | null {
  const written = plain(unknown);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const edits = distance(written, plain(name));
    if (edits < least) [best, least] = [name, edits];
  }
  return least <= Math.max(1, Math.floor(written.length / 3)) ? best : null;
}

/** `session_id`, `SessionID` and `session-id` are the same mistake: none. */
function plain(name: string): string {
  return name.slice(0, MAX_COMPARED).toLowerCase().replace(/[-_]/g, '');
}

// Longer than every name that there is; the comparison takes the product of both lengths.
const MAX_COMPARED = 60;

/** How many letters have to be put in, taken out, changed, or swapped with the next. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const at = (line: number[], index: number) => line[index] ?? Number.POSITIVE_INFINITY;
      let edits = Math.min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + same);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, at(before, column - 2) + 1);
      next.push(edits);
    }
    [before, last] = [last, next];
  }
  return last[b.length] as number;
}
