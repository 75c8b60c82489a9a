/** A prompt's content as a question: its text, and what is embedded as context. */
import type { PromptRequest } from '../transport/acp.ts';
import { refuse } from './errors.ts';

/** @throws PaliadinError `bad_request` for content that is not text */
export function readPrompt(prompt: PromptRequest['prompt']): { message: string; context?: string } {
  const said: string[] = [];
  const embedded: string[] = [];
  for (const block of prompt) {
    if (block.type === 'text') said.push(block.text);
    else if (block.type === 'resource_link') said.push(`[${block.name}](${block.uri})`);
    else if (block.type === 'resource' && 'text' in block.resource) {
      said.push(block.resource.uri);
      embedded.push(`${block.resource.uri}:\n${block.resource.text}`);
    } else throw refuse(`a prompt is text here; ${block.type} is not taken`);
  }
  const context = embedded.join('\n\n');
  return { message: said.join('\n'), ...(context !== '' && { context: context.slice(0, MAX_CONTEXT) }) };
}

// As much as the gateway takes.
const MAX_CONTEXT = 8192;
