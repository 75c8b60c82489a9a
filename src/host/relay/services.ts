/** Where the models' APIs are on the relay, and which requests only ask a model: the owner's key gives access to more. */
import { type ModelService, modelServices } from '../../contract/model-service.ts';

interface ServicePaths {
  /** On the relay; what follows it comes after the upstream's own path. */
  path: string;
  allowed: RegExp;
}

/** The path in the base URL of an agent that asks Anthropic's API. */
const MODEL_PATH = '/model';

export const servicePaths: Record<ModelService, ServicePaths> = {
  anthropic: {
    path: MODEL_PATH,
    allowed: /^(\/|\/v1\/messages|\/v1\/messages\/count_tokens|\/v1\/models(\/[A-Za-z0-9@._:-]+)?|\/api\/hello)?$/,
  },
  openai: { path: '/openai/v1', allowed: /^\/(responses|chat\/completions|models(\/[A-Za-z0-9@._:-]+)?)$/ },
  gemini: {
    path: '/gemini',
    allowed: /^\/v1(beta)?\/models(\/[A-Za-z0-9._-]+(:(generateContent|streamGenerateContent|countTokens))?)?$/,
  },
};

/** Null for what is none of them. */
export function serviceAt(url: string): ModelService | null {
  return modelServices.find((service) => isBelow(servicePaths[service].path, url)) ?? null;
}

function isBelow(path: string, url: string): boolean {
  return url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`);
}
