/** The driver of the demo agent, which logs what it does to one file per turn. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type agentDecision, decisionFile } from '../../contract/agent-log.ts';
import { writeAtomically } from '../../process/files.ts';
import type { Driver } from './driver.ts';
import { readScreen } from './screen.ts';
import { forgetTurnLog, watchTurnLog } from './turn-log.ts';

/** `command` runs the demo agent, which consists of `files`; the driver adds the log directory. */
export function demoDriver(options: { command: [string, ...string[]]; files: readonly string[] }): Driver {
  return {
    name: 'demo',
    launch: ({ directory, conversation, home, mcp }) => ({
      argv: [
        ...options.command,
        '--log-dir',
        directory,
        '--conversation-dir',
        directory,
        '--conversation',
        conversation,
        ...(mcp === undefined ? [] : ['--mcp-config', mcp.file]),
      ],
      cwd: home.cwd,
      env: { ...mcp?.env },
      read: options.files,
      write: [directory],
    }),
    keeps: ({ directory, conversation }) => existsSync(join(directory, `${conversation}.json`)),
    read: (screen) => readScreen(screen, /· working\b/),
    envelope: () => ({}),
    watch: watchTurnLog,
    async decide({ turn, approval, decision: { option, message, answers } }) {
      const file = join(turn.directory, decisionFile(turn.turnId, approval.id));
      const decision = { option, message, answers } satisfies z.input<typeof agentDecision>;
      writeAtomically(file, JSON.stringify(decision));
    },
    forget: forgetTurnLog,
  };
}
