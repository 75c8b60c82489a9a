/**
 * How a sandboxed Claude Code reaches the model: through the relay, which knows it by its session's token. An API key
 * stays with the relay. A subscription's sign-in is Claude Code's own, and is lent to it.
 */

/** How the owner is signed in. */
export type SignIn =
  | { by: 'key' }
  | {
      by: 'login';
      /** Where Claude Code keeps its sign-in, renewed by whoever uses it; null: elsewhere, as in a keychain. */
      credentials: string | null;
      /** Of `claude setup-token`. */
      oauthToken: string | null;
      /** Whether the model's API is elsewhere than Anthropic's. */
      ownApi: boolean;
    };

export interface ModelAccess {
  env: Record<string, string>;
  /** What it shows instead of a key; null where it is signed in otherwise. */
  key: string | null;
  /** The file with the sign-in that is lent to it. */
  credentials: string | null;
}

/** `token` is the session's, `SESSION.SECRET`; `port` the relay's, as the agent reaches it. */
export function modelAccess(signIn: SignIn, { token, port }: { token: string; port: number }): ModelAccess {
  const [session, secret] = token.split('.');
  const proxy = `http://${session}:${secret}@127.0.0.1:${port}`;
  const out = {
    // What is not the model's goes out by the relay's list; the relay itself is reached directly.
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    NO_PROXY: LOOPBACK,
    no_proxy: LOOPBACK,
  };
  const api = `http://127.0.0.1:${port}/model`;
  if (signIn.by === 'key') {
    return { env: { ...out, ANTHROPIC_BASE_URL: api, ANTHROPIC_API_KEY: token }, key: token, credentials: null };
  }
  const env = {
    ...out,
    ...(signIn.ownApi && { ANTHROPIC_BASE_URL: api, ANTHROPIC_CUSTOM_HEADERS: `x-paliadin-agent: ${token}` }),
    ...(signIn.oauthToken !== null && { CLAUDE_CODE_OAUTH_TOKEN: signIn.oauthToken }),
  };
  return { env, key: null, credentials: signIn.credentials };
}

const LOOPBACK = '127.0.0.1,localhost';
