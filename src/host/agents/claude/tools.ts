/** What a tool does, in words that a user may see: never its command, its files or its results. */
import type { ToolWords, Words } from './words.ts';

/** Null for a tool that is not shown. */
export function toolWords(name: string, words: Words): ToolWords | null {
  if (HIDDEN.has(name)) return null;
  const known = words.tools[name];
  if (known !== undefined) return known;
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  if (server !== undefined && tool !== undefined) {
    const both = `${readable(server)}: ${readable(tool)}`;
    return { does: both, asks: both };
  }
  return words.otherTool(readable(name));
}

function readable(name: string): string {
  return name.replace(/[_-]+/g, ' ').trim().slice(0, MAX_LENGTH);
}

// Our own skill, the search for tools, and the question, which has a card of its own.
const HIDDEN = new Set(['Skill', 'ToolSearch', 'AskUserQuestion', 'TodoWrite']);

const MAX_LENGTH = 80;
