/** Changes `NAME=value` lines of a file that other people may edit too: every other line stays as it is. */

/** A value of null removes the line. New lines go to the end. */
export function withEnvLines(text: string, values: Record<string, string | null>): string {
  const open = new Map(Object.entries(values));
  const lines = linesOf(text).flatMap((line) => {
    const name = nameOf(line);
    const value = name === null ? undefined : values[name];
    if (name === null || value === undefined) return [line];
    const first = open.delete(name);
    return first && value !== null ? [envLine(name, value)] : [];
  });
  const more = [...open].flatMap(([name, value]) => (value === null ? [] : [envLine(name, value)]));
  return [...lines, ...more].map((line) => `${line}\n`).join('');
}

/** The lines that are not empty, not comments, and not one of `names`. */
export function otherLines(text: string, names: readonly string[]): string[] {
  return linesOf(text).filter((line) => !/^\s*(#|$)/.test(line) && !names.includes(nameOf(line) ?? ''));
}

/** In a syntax that Node, shells and compose files read. */
export function envLine(name: string, value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return `${name}=${value}`;
  const mark = ["'", '"', '`'].find((candidate) => !value.includes(candidate));
  if (mark === undefined || /[\r\n]/.test(value)) throw new Error(`${name} can't be written to a file of settings`);
  return `${name}=${mark}${value}${mark}`;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function nameOf(line: string): string | null {
  return /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? null;
}
