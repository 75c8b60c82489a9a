/**
 * About how many tokens a text has, for where the agent does not say. Prose in Latin script has some
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
