/** The text from which a visible form was made. */
export function unescapeVisible(shown: string): string {
  return shown.replace(/⟨U\+([0-9A-F]{4,6})(?:×(\d+))?⟩/g, (_mark, code: string, count = '1') =>
    String.fromCodePoint(Number.parseInt(code, 16)).repeat(Number(count)),
  );
}
