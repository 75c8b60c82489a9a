import { type Envelope, parseEnvelope } from '../../../contract/envelope.ts';
import { claudeInputEscape } from './input-escape.ts';

/**
 * Reads a prompt as Claude Code has it, as it was before it was escaped. Of a long text that was pasted it makes a block in
 * tags of its own (seen with 2.1.330 and later, and not on every machine).
 */
export function parsePrompt(prompt: string): { envelope: Envelope; message: string } | null {
  const typed = (BLOCK.exec(prompt)?.[1] ?? prompt).replace(TAG, '<');
  return parseEnvelope(claudeInputEscape.unescape(typed));
}

const BLOCK = /^\s*<pasted_content\b[^>]*>\n([\s\S]*?)\n?<\/pasted_content\b[^>]*>\s*$/;
// Those versions break every such tag in what is pasted, so that it can’t end a block.
const TAG = /<\\(?=\/?pasted_content)/gi;
