/** The demo agent in a pane of a tmux server of its own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AgentLogEntry } from '../../src/contract/agent-log.ts';

export interface NotedPrompt {
  turnId: string | null;
  message: string;
  sha256: string;
  bytes: number;
}

export class Pane {
  readonly directory = mkdtempSync(join(tmpdir(), 'demo-pane-'));
  readonly logs = join(this.directory, 'log');
  readonly #socket = join(this.directory, 'tmux');

  /** Starts the agent and waits until it is ready. */
  async start(options: string[] = []): Promise<void> {
    mkdirSync(this.logs, { recursive: true });
    const command = [process.execPath, 'src/demo/main.ts', '--log-dir', this.logs, ...options];
    // Kept after its end, so that the exit code can be read; and the server with it.
    const settings = ['set', '-g', 'remain-on-exit', 'on', ';', 'set', '-g', 'exit-empty', 'off', ';'];
    await this.#tmux([
      'start-server',
      ';',
      ...settings,
      'new-session',
      '-d',
      '-s',
      'demo',
      '-x',
      '80',
      '-y',
      '24',
      ...command,
    ]);
    await this.until((screen) => screen.at(-1) === READY);
  }

  async close(): Promise<void> {
    await this.#tmux(['kill-server']);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Ends the agent; another may be started. */
  async stop(): Promise<void> {
    await this.#tmux(['kill-session', '-t', '=demo:']);
  }

  /** As a driver does: pastes, waits for the echo, presses Enter. */
  async submit(prompt: string): Promise<void> {
    await this.paste(prompt);
    await this.until((screen) => screen.at(-3) !== '❯');
    await this.keys('Enter');
  }

  async paste(text: string): Promise<void> {
    await this.#tmux(['load-buffer', '-'], text);
    await this.#tmux(['paste-buffer', '-p', '-r', '-d', '-t', '=demo:']);
  }

  async keys(...keys: string[]): Promise<void> {
    await this.#tmux(['send-keys', '-t', '=demo:', ...keys]);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux(['resize-window', '-t', '=demo:', '-x', String(columns), '-y', String(rows)]);
  }

  async show(format: string): Promise<string> {
    return (await this.#tmux(['display-message', '-p', '-t', '=demo:', format])).trimEnd();
  }

  /** The rows on the screen down to the last one that isn't empty. */
  async screen(): Promise<string[]> {
    return (await this.#tmux(['capture-pane', '-p', '-t', '=demo:'])).trimEnd().split('\n');
  }

  /** The screen, once it meets the condition. */
  async until(condition: (screen: string[]) => boolean): Promise<string[]> {
    for (const deadline = performance.now() + PATIENCE_MS; ; ) {
      const screen = await this.screen();
      if (condition(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`the screen never became as expected:\n${screen.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The agent's exit code, once it has ended. */
  async exitCode(): Promise<number> {
    await expect.poll(() => this.show('#{pane_dead}'), { timeout: PATIENCE_MS }).toBe('1');
    // With utempter, tmux ignores the signal of a child that ends while it takes back the login
    // record of that child's terminal, and then doesn't know the exit code until the next signal.
    process.kill(Number(await this.show('#{pid}')), 'SIGCHLD');
    await expect.poll(() => this.show('#{pane_dead_status}'), { timeout: PATIENCE_MS }).not.toBe('');
    return Number(await this.show('#{pane_dead_status}'));
  }

  log(turnId: string): AgentLogEntry[] {
    return readLines(join(this.logs, `${turnId}.jsonl`));
  }

  prompts(): NotedPrompt[] {
    return readLines(join(this.logs, 'prompts.jsonl'));
  }

  /** Puts a file beside the log, whole at once. */
  leave(name: string, content: string): void {
    const file = join(this.logs, name);
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  }

  release(name: string): void {
    writeFileSync(join(this.logs, `release-${name}`), '');
  }

  /** The log of the turn, once it contains such an entry. */
  async logged(turnId: string, event: AgentLogEntry['event']): Promise<AgentLogEntry[]> {
    await this.onceLogged(() => this.log(turnId).some((entry) => entry.event === event));
    return this.log(turnId);
  }

  /** Looks again whenever a file beside the logs changes. */
  async onceLogged(condition: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => condition() && resolve();
    const watcher = watch(this.logs, check);
    const timer = setTimeout(() => reject(new Error('never logged')), PATIENCE_MS);
    check();
    await promise.finally(() => {
      clearTimeout(timer);
      watcher.close();
    });
  }

  #tmux(args: string[], input?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color' };
      const child = execFile(
        'tmux',
        ['-S', this.#socket, '-f', '/dev/null', ...args],
        { env: environment },
        (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
      );
      child.stdin?.end(input);
    });
  }
}

export const READY = '  demo agent · ready · /help for help';

function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  // A line still being written has no end yet.
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line));
}

/** Far longer than anything here takes, on a busy machine too. */
const PATIENCE_MS = 15_000;
