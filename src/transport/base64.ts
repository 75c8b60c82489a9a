/** Base64 of others, read strictly: Node itself skips what does not belong there. */

/** Null where the text is not base64. Both alphabets are read, with or without padding, and broken into lines. */
export function decodeBase64(text: string): Buffer<ArrayBuffer> | null {
  const whole = text.replace(/[\t\n\r ]+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(whole)) return null;
  const bytes = Buffer.from(whole, 'base64');
  const letters = whole.endsWith('=') ? whole.indexOf('=') : whole.length;
  // A single letter more says nothing whole.
  return letters % 4 === 1 ? null : bytes;
}
