/** The one model that there is: the agent behind the gateway. */
import { FieldError } from '../edge/problem.ts';

export const MODEL = 'paliadin';

/** @throws FieldError `not_found` */
export function requireModel(model: string | undefined): void {
  if (model === undefined || model === MODEL) return;
  const named = JSON.stringify(model.slice(0, 100));
  throw new FieldError(
    'model',
    `there is no model ${named}; the only one here is ${JSON.stringify(MODEL)}`,
    'not_found',
  );
}

export const modelObject = { id: MODEL, object: 'model', created: 0, owned_by: 'paliadin' } as const;

/** Fields whose promise can't be kept are refused; others that change how a bare model answers have no effect. */
export function refuseWhatCantBeKept(body: Record<string, unknown>): void {
  for (const [param, { allowed, why }] of Object.entries(CANT_BE_KEPT)) {
    const value = body[param];
    if (value === undefined || value === null || allowed(value)) continue;
    throw new FieldError(param, why);
  }
}

const OWN_TOOLS = 'the agent uses its own tools; leave it out, or send "auto" or "none"';
const TEXT_ONLY = 'answers are text; leave it out';

const CANT_BE_KEPT: Record<string, { allowed: (value: unknown) => boolean; why: string }> = {
  n: { allowed: (value) => value === 1, why: 'there is one answer to a question; leave it out' },
  tool_choice: { allowed: (value) => value === 'auto' || value === 'none', why: OWN_TOOLS },
  function_call: { allowed: (value) => value === 'auto' || value === 'none', why: OWN_TOOLS },
  response_format: { allowed: (value) => typeOf(value) === 'text', why: TEXT_ONLY },
  text: {
    allowed: (value) => isTextOrUnsaid(typeOf((value as { format?: unknown }).format)),
    why: TEXT_ONLY,
  },
  modalities: { allowed: (value) => Array.isArray(value) && value.every((one) => one === 'text'), why: TEXT_ONLY },
  audio: { allowed: () => false, why: TEXT_ONLY },
};

function isTextOrUnsaid(type: unknown): boolean {
  return type === 'text' || type === undefined;
}

function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
}
