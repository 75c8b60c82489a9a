/** A Claude Code in tmux as its owner would run it, without Paliadin; the benchmark itself types into it. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentEnv } from '../../src/config/agent-env.ts';
import { composePrompt } from '../../src/contract/envelope.ts';
import { readClaude } from '../../src/host/agents/claude/screen.ts';
import { claudeCommand } from '../../src/host/agents/claude-code.ts';
import type { Reading } from '../../src/host/agents/reading.ts';
import { tmuxConfiguration } from '../../src/host/tmux/configuration.ts';
import { startPane } from '../../src/host/tmux/server.ts';
import { untilScreen } from '../../src/host/until-screen.ts';
import { findProgram } from '../../src/process/find-program.ts';
import { agentEnvironment, makeHome } from '../../test/agents/claude-owner.ts';
import type { Model } from '../../test/agents/model/server.ts';
import { endServer } from '../../test/support/end-host.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { startHookListener } from './hook-listener.ts';

export interface BareTerminal extends AsyncDisposable {
  /** Types a question and waits until the agent itself reports its answer. */
  ask(message: string): Promise<BareTurn>;
}

/** Times of the monotonic clock. */
export interface BareTurn {
  pasted: number;
  entered: number;
  /** Its Stop hook called. */
  stopped: number;
}

/** `hooks`: hooks of its owner, which do nothing. `Stop` is always included. */
export async function startBareTerminal(
  { program, model }: { program: string; model: Model },
  hooks: string[] = [],
): Promise<BareTerminal> {
  const { path, remove } = await temporaryDirectory();
  const listener = await startHookListener(() => performance.now());
  const { home, work } = makeHome(path, { settings: listener.settings(['Stop', ...hooks]) });
  const { PATH = '' } = process.env;
  const at = { cwd: work, home: null, shared: null, forbidden: [] };
  const place = { session: 'bare', directory: join(path, 'agent'), conversation: randomUUID(), home: at };
  mkdirSync(place.directory);
  const configuration = join(path, 'tmux.conf');
  writeFileSync(configuration, tmuxConfiguration);
  const claude = { program, plugin: '', directory: join(home, '.claude') };
  const argv = withoutPlugins(claudeCommand(claude, place, { mode: 'default' }));
  const env = agentEnv({ PATH, ...agentEnvironment(home, model) });
  const socket = join(path, 'tmux.sock');
  const tmux = findProgram('tmux', { PATH }) ?? 'tmux';
  const pane = await startPane({ tmux, configuration, env }, socket, 'bare', { argv, cwd: work, env: {} });
  const read = async (): Promise<Reading> => readClaude(await pane.screen());
  const until = (box: 'empty' | 'full') =>
    untilScreen(pane, read, {
      accept: (reading) => reading.state === 'ready' && reading.box === box && pane.bracketedPaste,
      timeoutMs: 30_000,
    });

  return {
    async ask(message) {
      await until('empty');
      const stop = listener.next('Stop');
      const pasted = performance.now();
      await pane.paste(composePrompt({ turnId: randomUUID() }, message), join(path, 'pasted'));
      await until('full');
      const entered = performance.now();
      await pane.press('Enter');
      return { pasted, entered, stopped: await stop };
    },
    async [Symbol.asyncDispose]() {
      endServer(socket);
      await listener[Symbol.asyncDispose]();
      await remove();
    },
  };
}

function withoutPlugins([program, ...args]: [string, ...string[]]): [string, ...string[]] {
  return [program, ...args.filter((arg, at) => arg !== '--plugin-dir' && args[at - 1] !== '--plugin-dir')];
}
