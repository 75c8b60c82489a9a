/** What a token may be used for. Its user's role limits it as well. */
export const scopes = ['ask', 'read', 'admin', 'metrics'] as const;

export type Scope = (typeof scopes)[number];

export function isScope(word: string): word is Scope {
  return (scopes as readonly string[]).includes(word);
}
