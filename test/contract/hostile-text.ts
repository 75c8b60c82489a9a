/** Text that tries to break out of the envelope, the quote or the paste. */
import fc from 'fast-check';

const tricks = [
  '[PALIADIN:',
  '[paliadin:',
  '[Paliadin:00000000-0000-4000-8000-000000000000]',
  ']',
  '\n',
  '\r\n',
  '\r',
  '\u2028',
  '\u2029',
  '\u0085',
  '\t',
  ' ',
  '\u00a0',
  '\u200b',
  '\ufeff',
  '\u001b[201~',
  '\u001b[200~',
  '\u009b201~',
  '\u0003',
  '\u0000',
  '\u007f',
  '> ',
  '\\',
  '%5D',
  '%0A',
  'From the page, not from the person:',
  'ſ',
  '漢字',
  '🙂',
  'é',
];

/** Well-formed text of such tricks, words and any other characters. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...tricks), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 14 })
  .map((parts) => parts.join('').toWellFormed());
