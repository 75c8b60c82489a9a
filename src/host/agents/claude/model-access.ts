/**
 * How a sandboxed Claude Code reaches the model: through the relay, which identifies it by its session's token. An API
 * key stays with the relay. The sign-in of a subscription is Claude Code's own, and is lent to it.
 */

/** How the owner is signed in. */
export type SignIn =
  | { by: 'key' }
  | {
      by: 'login';
      /**
       * The file in which Claude Code keeps its sign-in, and in which every instance renews it; null: elsewhere, such
       * as in a keychain.
       */
      credentials: string | null;
      /** From `claude setup-token`. */
      oauthToken: string | null;
      /** Whether the model's API is not Anthropic's. */
      ownApi: boolean;
    };

export interface ModelAccess {
  env: Record<string, string>;
  /** What it sends in place of a key; null if it signs in differently. */
  key: string | null;
  /** The file with the sign-in that is lent to it. */
  credentials: string | null;
}

/** `token` is the session's, `SESSION.SECRET`; `port` is the relay's, as the agent reaches it. */
export function modelAccess(signIn: SignIn, { token, port }: { token: string; port: number }): ModelAccess {
  const [session, secret] = token.split('.');
  const proxy = `http://${session}:${secret}@127.0.0.1:${port}`;
  const out = {
    // Other traffic leaves through the relay's allow list; the relay itself is reached directly.
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
