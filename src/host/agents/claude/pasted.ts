import { type Envelope, parseEnvelope } from '../../../contract/envelope.ts';

/**
 * Reads a prompt as Claude Code has it. Of several lines that were pasted it makes a block in tags of its own (seen with
 * 2.1.330, and not on every machine).
 */
export function parsePrompt(prompt: string): { envelope: Envelope; message: string } | null {
  return parseEnvelope(BLOCK.exec(prompt)?.[1] ?? prompt);
}

const BLOCK = /^\s*<pasted_content\b[^>]*>\n([\s\S]*?)\n?<\/pasted_content\b[^>]*>\s*$/;
