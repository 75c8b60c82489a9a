/** The environment of agents and their tmux servers: what a program needs to run, and nothing of Paliadin's. */

/**
 * Uses an allow list of names: variables that a shell or another agent has set must not reach an agent, nor the
 * gateway's secrets, nor what an ssh client sent.
 *
 * @param sandboxed without who the owner is, where their files are, and their sign-in
 */
export function agentEnv(env: NodeJS.ProcessEnv, { sandboxed = false } = {}): Record<string, string> {
  const passed = sandboxed ? ANYBODYS : new Set([...ANYBODYS, ...OWNERS]);
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (passed.has(entry[0]) || LOCALE.test(entry[0]) || MODEL_NAMES.test(entry[0])),
  );
  return { LANG: 'C.UTF-8', ...aroundProxy(Object.fromEntries(kept)), TERM: 'xterm-256color' };
}

/** Services on this machine, such as the one that an agent's hooks call, are reached without the owner's proxy. */
function aroundProxy(env: Record<string, string>): Record<string, string> {
  if (!Object.keys(env).some((name) => PROXY.test(name))) return env;
  const listed = [env.no_proxy, env.NO_PROXY, LOOPBACK].flatMap((list) => list?.split(/[\s,]+/).filter(Boolean) ?? []);
  const list = [...new Set(listed)].join(',');
  return { ...env, no_proxy: list, NO_PROXY: list };
}

const PROXY = /^https?_proxy$/i;
const LOOPBACK = '127.0.0.1,localhost,::1';

const LOCALE = /^LC_[A-Z]+$/;
/** Which model each model name stands for. */
const MODEL_NAMES = /^ANTHROPIC_(DEFAULT|CUSTOM)_[A-Z]+_MODEL(_[A-Z_]+)?$|^ANTHROPIC_CUSTOM_MODEL_OPTION(_[A-Z_]+)?$/;

/** How a program runs, and how Claude Code answers. */
const ANYBODYS: ReadonlySet<string> = new Set([
  'PATH',
  'LANG',
  'TZ',
  'ANTHROPIC_MODEL',
  'ANTHROPIC_SMALL_FAST_MODEL',
  'ANTHROPIC_BETAS',
  'BASH_DEFAULT_TIMEOUT_MS',
  'BASH_MAX_OUTPUT_LENGTH',
  'BASH_MAX_TIMEOUT_MS',
  'CLAUDE_AUTOCOMPACT_PCT_OVERRIDE',
  'CLAUDE_CODE_AUTO_COMPACT_WINDOW',
  'CLAUDE_CODE_DISABLE_ADAPTIVE_THINKING',
  'CLAUDE_CODE_DISABLE_BACKGROUND_TASKS',
  'CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS',
  'CLAUDE_CODE_DISABLE_FAST_MODE',
  'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
  'CLAUDE_CODE_DISABLE_THINKING',
  'CLAUDE_CODE_EFFORT_LEVEL',
  'CLAUDE_CODE_FILE_READ_MAX_OUTPUT_TOKENS',
  'CLAUDE_CODE_MAX_CONTEXT_TOKENS',
  'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
  'CLAUDE_CODE_MAX_RETRIES',
  'CLAUDE_CODE_SUBAGENT_MODEL',
  'DISABLE_ERROR_REPORTING',
  'DISABLE_TELEMETRY',
  'DO_NOT_TRACK',
  'MAX_MCP_OUTPUT_TOKENS',
  'MAX_THINKING_TOKENS',
  'MCP_TIMEOUT',
  'MCP_TOOL_TIMEOUT',
]);

/** The owner's identity and home, how to reach the model, where Claude Code keeps its sign-in. */
const OWNERS: ReadonlySet<string> = new Set([
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'XDG_STATE_HOME',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  // With it, the demo agent starts in half the time.
  'NODE_COMPILE_CACHE',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_CUSTOM_HEADERS',
  'ANTHROPIC_BEDROCK_BASE_URL',
  'ANTHROPIC_VERTEX_BASE_URL',
  'ANTHROPIC_VERTEX_PROJECT_ID',
  'ANTHROPIC_FOUNDRY_API_KEY',
  'ANTHROPIC_FOUNDRY_BASE_URL',
  'ANTHROPIC_FOUNDRY_RESOURCE',
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_PROFILE',
  'AWS_REGION',
  'CLOUD_ML_REGION',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CLAUDE_CONFIG_DIR',
  'CLAUDE_CODE_API_KEY_HELPER_TTL_MS',
  'CLAUDE_CODE_CLIENT_CERT',
  'CLAUDE_CODE_CLIENT_KEY',
  'CLAUDE_CODE_CLIENT_KEY_PASSPHRASE',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_SKIP_BEDROCK_AUTH',
  'CLAUDE_CODE_SKIP_FOUNDRY_AUTH',
  'CLAUDE_CODE_SKIP_VERTEX_AUTH',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_VERTEX',
  // Where other agents, which speak ACP, keep their settings, and how they reach their models.
  'CODEX_HOME',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  'GOOGLE_GEMINI_BASE_URL',
  'GOOGLE_CLOUD_PROJECT',
  'GOOGLE_CLOUD_LOCATION',
  'GOOGLE_GENAI_USE_VERTEXAI',
  'OPENCODE_CONFIG',
  'OPENCODE_CONFIG_DIR',
  'OPENROUTER_API_KEY',
  'MISTRAL_API_KEY',
]);
