import { type Envelope, parseEnvelope } from '../../../contract/envelope.ts';
import { claudeInputEscape } from './input-escape.ts';

/**
 * Restores a prompt that Claude Code reports to what it was before the escape. Some versions put a long pasted text
 * into a block with tags of their own (seen with 2.1.330 and later, and not on every machine).
 */
export function parsePrompt(prompt: string): { envelope: Envelope; message: string } | null {
  const typed = (BLOCK.exec(prompt)?.[1] ?? prompt).replace(TAG, '<');
  return parseEnvelope(claudeInputEscape.unescape(typed));
}

const BLOCK = /^\s*<pasted_content\b[^>]*>\n([\s\S]*?)\n?<\/pasted_content\b[^>]*>\s*$/;
// Those versions escape every such tag in the pasted text, so that it can’t end a block.
const TAG = /<\\(?=\/?pasted_content)/gi;
