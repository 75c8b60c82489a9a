/**
 * An estimate of a text's tokens, for agents that do not report a count. Latin script has about
 * four characters a token, other scripts about one and a half.
 */
export function approximateTokens(text: string): number {
  let latin = 0;
  let other = 0;
  for (const character of text) {
    if (character < '\u0250') latin++;
    else other++;
  }
  return Math.ceil(latin / 4 + other / 1.5);
}
