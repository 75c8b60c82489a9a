/** Escapes a path where tmux would expand a format: a directory called `C#S` stays one, and `#(…)` runs nothing. */
export function literal(path: string): string {
  return path.replaceAll('#', '##');
}
