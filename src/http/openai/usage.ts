import type { TurnView } from '../../contract/api.ts';

/** Zero where the agent does not count. What it counts exactly is known a moment after the end: `GET /v1/responses/ID` has it. */
export function usageOf({ inputTokens, responseTokens }: TurnView, protocol: 'chat' | 'responses') {
  const [input, output] = [inputTokens ?? 0, responseTokens ?? 0];
  const total_tokens = input + output;
  if (protocol === 'chat') {
    return {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    };
  }
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
  };
}
