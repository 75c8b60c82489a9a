/** Which models' APIs a sandboxed agent may reach, and where the owner's keys for them are. */
import { basename } from 'node:path';
import { type ModelService, modelServices } from '../../contract/model-service.ts';

/** The listed ones; otherwise the one that the agent of this program uses by itself. Null where one is not known. */
export function modelServicesIn(list: string | undefined, program: string): ModelService[] {
  const listed = (list ?? '').split(/[,\s]+/).filter((name) => name !== '');
  const known = modelServices.filter((name) => listed.includes(name));
  return listed.length > 0 ? known : [BY_PROGRAM[basename(program)] ?? 'anthropic'];
}

export function areModelServices(list: string): boolean {
  const names: readonly string[] = modelServices;
  return list.split(/[,\s]+/).every((name) => names.includes(name));
}

/** The variables with the owner's key, any of which will do. */
export const KEY_VARIABLES: Record<ModelService, readonly string[]> = {
  anthropic: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
  openai: ['OPENAI_API_KEY'],
  gemini: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
};

export function hasKey(env: NodeJS.ProcessEnv, service: ModelService): boolean {
  return KEY_VARIABLES[service].some((name) => (env[name] ?? '') !== '');
}

const BY_PROGRAM: Record<string, ModelService> = { 'codex-acp': 'openai', gemini: 'gemini' };
