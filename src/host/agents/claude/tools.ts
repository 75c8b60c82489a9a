/** What a tool does, in words that a user may see: never its command, its files or its results. */

/** Null for what is not worth a word. */
export function toolTitle(name: string): string | null {
  if (HIDDEN.has(name)) return null;
  const known = TITLES[name];
  if (known !== undefined) return known;
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  if (server !== undefined && tool !== undefined) return `${words(server)}: ${words(tool)}`;
  return `Using ${words(name)}`;
}

function words(name: string): string {
  return name.replace(/[_-]+/g, ' ').trim().slice(0, MAX_LENGTH);
}

// Our own skill, the search for tools, and the question that is a card of its own.
const HIDDEN = new Set(['Skill', 'ToolSearch', 'AskUserQuestion', 'TodoWrite']);

const TITLES: Record<string, string> = {
  Bash: 'Running a command',
  BashOutput: 'Looking at a command’s output',
  Read: 'Reading a file',
  Write: 'Writing a file',
  Edit: 'Changing a file',
  NotebookEdit: 'Changing a file',
  Glob: 'Looking for files',
  Grep: 'Searching files',
  WebFetch: 'Reading a web page',
  WebSearch: 'Searching the web',
  Task: 'Asking a helper',
  Agent: 'Asking a helper',
};

const MAX_LENGTH = 80;
