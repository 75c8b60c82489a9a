/** How a sandboxed agent that speaks ACP reaches its models: through the relay, with its session's token as the key. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasKey, KEY_VARIABLES } from '../config/isolation/model-services.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { ModelService } from '../contract/model-service.ts';
import { modelAccess } from '../host/agents/claude/model-access.ts';
import { servicePaths } from '../host/relay/services.ts';

export interface SandboxedAcp {
  program: string;
  services: readonly ModelService[];
  /** What the owner shares with every agent. */
  shared: string | null;
  /** Of the session, and the relay's port. */
  access: { token: string; port: number };
  /** The owner's. */
  env: NodeJS.ProcessEnv;
}

/** @throws PaliadinError `agent_not_ready` where the owner has no key for one of the services */
export function sandboxedEnv({ program, services, shared, access, env }: SandboxedAcp): Record<string, string> {
  const keyless = services.find((service) => !hasKey(env, service));
  if (keyless !== undefined) throw noKey(keyless);
  const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, ...proxy } = modelAccess({ by: 'key' }, access).env;
  const at = (service: ModelService) => `http://127.0.0.1:${access.port}${servicePaths[service].path}`;
  const { token } = access;
  const ways: Record<ModelService, Record<string, string>> = {
    anthropic: { ANTHROPIC_BASE_URL: at('anthropic'), ANTHROPIC_API_KEY: token },
    openai: { OPENAI_BASE_URL: at('openai'), OPENAI_API_KEY: token },
    gemini: { GOOGLE_GEMINI_BASE_URL: at('gemini'), GEMINI_API_KEY: token },
  };
  const variables = Object.assign({}, proxy, ...services.map((service) => ways[service]));
  return basename(program) === 'opencode' ? { ...variables, ...opencode(services, at, token, shared) } : variables;
}

/**
 * OpenCode has its providers in its configuration. This one is above those that the agent could write itself, so that it
 * can't allow itself what its owner has not allowed.
 */
function opencode(
  services: readonly ModelService[],
  at: (service: ModelService) => string,
  apiKey: string,
  shared: string | null,
): Record<string, string> {
  const providers = {
    anthropic: ['anthropic', `${at('anthropic')}/v1`],
    openai: ['openai', at('openai')],
    gemini: ['google', `${at('gemini')}/v1beta`],
  } as const;
  const provider = Object.fromEntries(
    services.map((service) => [providers[service][0], { options: { baseURL: providers[service][1], apiKey } }]),
  );
  const permission = ownersPermission(shared) ?? { bash: 'ask', edit: 'ask', webfetch: 'ask' };
  const content = { provider, permission, autoupdate: false, share: 'disabled' };
  return { OPENCODE_CONFIG_CONTENT: JSON.stringify(content) };
}

/** What the owner's own `opencode.json` allows everybody's agent; undefined if it says nothing. */
function ownersPermission(shared: string | null): unknown {
  try {
    return JSON.parse(readFileSync(join(shared ?? '', 'opencode.json'), 'utf8')).permission;
  } catch {
    return undefined;
  }
}

function noKey(service: ModelService): PaliadinError {
  const names = KEY_VARIABLES[service].join(' or ');
  return new PaliadinError(
    'agent_not_ready',
    `in the sandbox the agent uses the owner’s key for ${service}, and this host has none: set ${names}, or another service in PALIADIN_SANDBOX_MODELS`,
  );
}
