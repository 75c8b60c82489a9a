/** The models' APIs that a sandboxed agent may reach with the owner's key, which stays outside of its sandbox. */
export const modelServices = ['anthropic', 'openai', 'gemini'] as const;

export type ModelService = (typeof modelServices)[number];
