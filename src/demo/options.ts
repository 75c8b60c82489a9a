/** The command line. */
import { parseArgs } from 'node:util';
import type { Keeping } from './record/open-recorder.ts';

export interface Options extends Keeping {
  conversationDirectory: string | null;
  conversation: string;
  /** Milliseconds that a few words of an answer take. */
  pace: number;
  /** What needs a person's permission is refused without asking. */
  dontAsk: boolean;
  /** The MCP configuration with the tools that it is given. */
  mcpConfig: string | null;
  /** For prompts without one: the owner's. */
  locale: string;
}

export const USAGE = `Usage: node src/demo/main.ts [options]

A terminal program that stands in for an agent. Its answers are invented.

  --log-dir DIR            keep a log of each turn that Paliadin asks for, and of every prompt
  --reply-files            write answers to the file that the envelope names instead
  --conversation-dir DIR   remember conversations here
  --conversation ID        the conversation to start or resume
  --mcp-config FILE        the tools that it is given, as Claude Code reads them
  --dont-ask               refuse whatever needs leave, without asking for it
  --pace MS                how long a few words take; 0: everything at once (default: 12)
  --help                   this text
`;

/** @throws Error with what is wrong with the arguments. */
export function readOptions(args: string[], surroundings: { locale: string; newId: () => string }): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      'log-dir': { type: 'string' },
      'reply-files': { type: 'boolean', default: false },
      'conversation-dir': { type: 'string' },
      conversation: { type: 'string' },
      'mcp-config': { type: 'string' },
      'dont-ask': { type: 'boolean', default: false },
      pace: { type: 'string', default: '12' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (!/^\d{1,5}$/.test(values.pace)) throw new Error('--pace is a whole number of milliseconds');
  const conversation = values.conversation ?? surroundings.newId();
  if (!/^[\w-]{1,128}$/.test(conversation)) throw new Error('--conversation is made of letters, digits, _ and -');
  return {
    logDirectory: values['log-dir'] ?? null,
    replyFiles: values['reply-files'],
    conversationDirectory: values['conversation-dir'] ?? null,
    conversation,
    pace: Number(values.pace),
    mcpConfig: values['mcp-config'] ?? null,
    dontAsk: values['dont-ask'],
    locale: surroundings.locale,
  };
}
