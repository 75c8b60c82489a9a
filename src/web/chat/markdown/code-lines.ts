/** Code as lines that stay the same objects while it grows, so that only the last one is drawn again. */
import type { CodeLine } from './code-line.ts';

/** A splitter for one block of code: it remembers the last text, and reads a longer one only from its last line. */
export function createLines(): (code: string) => readonly CodeLine[] {
  let text = '';
  let lines: CodeLine[] = [];
  return (code) => {
    if (code === text && lines.length > 0) return lines;
    const finished = code.startsWith(text) ? lines.slice(0, -1) : [];
    const at = finished.length === 0 ? 0 : text.lastIndexOf('\n') + 1;
    const rest = code.slice(at).split('\n');
    lines = [...finished, ...rest.map((line): CodeLine => [{ text: line, kind: null }])];
    text = code;
    return lines;
  };
}

/** Lines in groups, each the same array as before where its lines are: a group is compared and drawn as one. */
export function createGroups(): (lines: readonly CodeLine[]) => readonly (readonly CodeLine[])[] {
  let groups: (readonly CodeLine[])[] = [];
  return (lines) => {
    const next: (readonly CodeLine[])[] = [];
    for (let at = 0; at < lines.length; at += GROUP) {
      const known = groups[next.length];
      const group = lines.slice(at, at + GROUP);
      next.push(known !== undefined && isSame(known, group) ? known : group);
    }
    groups = next;
    return groups;
  };
}

function isSame(one: readonly CodeLine[], other: readonly CodeLine[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}

// A screenful: few enough to draw again at each update, enough that ten thousand lines are few groups.
const GROUP = 50;
