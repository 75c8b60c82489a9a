/** A text that a variable contains directly or in base64, which survives any way of passing variables. */

/** `begins` matches how the text itself begins. Ends with a newline, which ssh requires and shells drop. */
export function givenText(value: string, begins: RegExp): string {
  const direct = value.trim();
  const text = begins.test(direct) ? direct : Buffer.from(direct, 'base64').toString('utf8').trim();
  return `${text.replaceAll('\r\n', '\n')}\n`;
}
