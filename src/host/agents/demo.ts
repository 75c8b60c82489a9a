/** The driver of the demo agent, which logs what it does to one file per turn. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { type AgentLogEntry, type agentDecision, agentLogEntry, decisionFile } from '../../contract/agent-log.ts';
import { writeAtomically } from '../../process/files.ts';
import type { AgentSignal, Driver } from './driver.ts';
import { readScreen } from './screen.ts';
import { signalOf } from './signal-of.ts';
import { tail } from './tail.ts';

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
    watch: (turn, signal) => watch(logFile(turn), signal),
    async decide({ turn, approval, decision: { option, message, answers } }) {
      const file = join(turn.directory, decisionFile(turn.turnId, approval.id));
      const decision = { option, message, answers } satisfies z.input<typeof agentDecision>;
      writeAtomically(file, JSON.stringify(decision));
    },
    forget: async (turn) => {
      const names = await readdir(turn.directory).catch(() => []);
      const own = names.filter((name) => name.startsWith(`${turn.turnId}.`));
      await Promise.all(own.map((name) => rm(join(turn.directory, name), { force: true })));
    },
  };
}

async function* watch(file: string, signal: AbortSignal): AsyncGenerator<AgentSignal> {
  for await (const line of tail(file, signal)) {
    const entry = parse(line);
    if (entry === null) continue;
    const told = signalOf(entry);
    yield told;
    if (told.type === 'stopped' || told.type === 'failed' || told.type === 'interrupted') return;
  }
}

/** Skips a line that can't be read: the end of the turn still comes. */
function parse(line: string): AgentLogEntry | null {
  try {
    return agentLogEntry.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function logFile(turn: { turnId: string; directory: string }): string {
  return join(turn.directory, `${turn.turnId}.jsonl`);
}
