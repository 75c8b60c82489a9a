/**
 * Patterns, as `.gitignore` has them, that match every file name but `name` (and names that `name` begins with nothing of):
 * rules of Claude Code can forbid, and have no exception.
 */
export function everyNameBut(name: string): string[] {
  const differing = [...name].map((letter, at) => `${'?'.repeat(at)}[!${letter}]*`);
  const shorter = [...name].map((_, at) => name.slice(0, at)).filter((beginning) => beginning !== '');
  return [...differing, ...shorter, `${name}?*`];
}
