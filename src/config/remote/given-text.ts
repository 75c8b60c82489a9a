/** A text that a variable holds as it is, or in base64, which survives whatever carries variables. */

/** `begins` is how the text itself begins. Ends with a newline, which ssh wants and shells drop. */
export function givenText(value: string, begins: RegExp): string {
  const direct = value.trim();
  const text = begins.test(direct) ? direct : Buffer.from(direct, 'base64').toString('utf8').trim();
  return `${text.replaceAll('\r\n', '\n')}\n`;
}
