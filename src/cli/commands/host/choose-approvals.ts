/** Asks the owner what a gateway may allow on their host. */
import { createInterface } from 'node:readline/promises';
import { type HostApprovals, hostApprovals } from '../../../config/approval-policy.ts';

/** Enter alone, or the end of the input, chooses `deny`. */
export async function chooseApprovals(terminal: {
  stdin: NodeJS.ReadableStream;
  stderr: NodeJS.WritableStream;
}): Promise<HostApprovals> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr, prompt: 'deny or gateway [deny]: ' });
  terminal.stderr.write(WORDS);
  lines.prompt();
  try {
    for await (const line of lines) {
      const chosen = hostApprovals.safeParse(line.trim().toLowerCase() || 'deny');
      if (chosen.success) return chosen.data;
      lines.prompt();
    }
    return 'deny';
  } finally {
    lines.close();
  }
}

const WORDS = `
What may be allowed through the gateway, when the agent on this host asks leave for something?

  deny     Nothing. What your own settings of the agent do not allow is refused. Whoever steals the gateway can
           hold conversations here, and run no commands.
  gateway  What is allowed in the chat, by whoever the gateway lets. Whoever steals the gateway can then allow
           themselves any command on this host, as you.

host.env on the host says it, and can be changed there at any time.
`;
