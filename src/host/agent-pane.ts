/** The session's agent in its pane: starts it, waits until it is ready, types, interrupts, ends it. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { PaliadinError } from '../contract/errors.ts';
import type { Driver } from './agents/driver.ts';
import type { AgentPaths } from './agents/paths.ts';
import type { Reading } from './agents/reading.ts';
import { hasMcpConfig, writeMcpConfig } from './app-tools/mcp-access.ts';
import { ConversationLost } from './conversation-lost.ts';
import type { Isolation } from './isolation/isolation.ts';
import type { SessionAgent, SubmitOptions, ToldOfStop } from './session-agent.ts';
import { clearBox, isFull, submitPasted } from './submit-pasted.ts';
import type { Pane } from './tmux/pane.ts';
import { attachCommand, findPane, startPane } from './tmux/server.ts';
import type { Launch, TmuxSetup } from './tmux/setup.ts';
import { untilScreen } from './until-screen.ts';

export function agentPane(options: {
  setup: TmuxSetup;
  driver: Driver;
  isolation: Isolation;
  session: string;
  /** Path of the tmux server's socket. */
  socket: string;
  /** A directory for the files to paste. */
  scratch: string;
  /** Limits how many agents start at the same time, over all sessions. */
  starts: LimitFunction;
}): SessionAgent {
  const { setup, driver, isolation, session, socket } = options;
  let current: Pane | null = null;
  let pasted = 0;

  const read = async (pane: Pane): Promise<Reading> => driver.read(await pane.screen());

  // One at a time: otherwise two callers would attach to the same server, or start it twice.
  const inTurn = pLimit(1);
  const find = () => inTurn(findNow);

  /** The result of `ask` for the pane; null if there is none. Only a request reveals that a server was killed. */
  async function ofPane<T>(ask: (pane: Pane) => Promise<T>): Promise<T | null> {
    const pane = await find();
    if (pane === null) return null;
    const answer = await ask(pane).catch(goneNow);
    return answer === GONE ? null : answer;
  }

  function look(): Promise<Reading | null> {
    return ofPane(async (pane) => {
      const [ended, reading] = await Promise.all([pane.ended(), read(pane)]);
      return ended === null ? reading : null;
    });
  }

  async function findNow(): Promise<Pane | null> {
    if (current === null || current.lost) current = await findPane(setup, socket, session);
    return current;
  }

  async function readyIfRunning(paths: AgentPaths, signal: AbortSignal, onBusy: () => void): Promise<Pane | null> {
    try {
      const pane = await find();
      if (pane === null) return null;
      // Nothing that it does would be heard, it lacks the application's tools, or it sees what it must not. One that is started goes on with the conversation.
      const lacksTools = paths.mcp !== undefined && !hasMcpConfig(paths.directory, paths.mcp.port);
      if (driver.canReceiveHooks?.(paths) === false || lacksTools || !isolation.fits(session)) {
        await end();
        return null;
      }
      // The usual state between two questions: seen in one round trip.
      const reading = await look();
      if (reading === null) return null;
      const isIdle = reading.state === 'ready' && reading.box === 'empty' && pane.bracketedPaste;
      if (!isIdle) await untilReady(pane, signal, onBusy);
      return pane;
    } catch (error) {
      // The agent has just ended, before anything was typed: start a new one.
      if (error instanceof PaliadinError && error.code === 'agent_stopped') return null;
      throw error;
    }
  }

  async function start(paths: AgentPaths, signal: AbortSignal, retries = 1): Promise<Pane> {
    if (signal.aborted) throw new PaliadinError('cancelled');
    const pane = await inTurn(() => bringUp(paths));
    try {
      await untilReady(pane, signal);
    } catch (error) {
      if (!(error instanceof PaliadinError) || error.code !== 'agent_stopped' || pane.lost) throw error;
      const left = await pane.leftovers();
      const isLost = driver.lost?.(left) === true;
      // tmux 3.3a sometimes loses what a program prints just before it ends.
      const isMute = left.every((line) => line.trim() === '' || line.startsWith('Pane is dead'));
      if (!isLost && !(isMute && retries > 0)) throw error;
      await end(); // tmux 3.3a loses what is started in a pane that has ended this moment
      if (!isLost) return start(paths, signal, retries - 1);
      throw new ConversationLost({ cause: error });
    }
    return pane;
  }

  async function bringUp(paths: AgentPaths): Promise<Pane> {
    const pane = await findNow();
    const isEnded = await pane?.ended().catch(goneNow);
    if (pane === null || isEnded === GONE) {
      current = await startPane(setup, socket, session, launch(paths));
      return current;
    }
    if (isEnded !== null) await pane.respawn(launch(paths));
    return pane;
  }

  /** Nothing of the session's runs now, which could change what is made ready. */
  function launch(paths: AgentPaths): Launch {
    isolation.prepare(session);
    writeMcpConfig(paths.directory, paths.mcp?.port ?? null);
    const started = driver.launch(paths);
    const files = paths.files === undefined ? [] : [paths.files];
    return isolation.confine(session, { ...started, read: [...(started.read ?? []), ...files] });
  }

  async function untilReady(pane: Pane, signal: AbortSignal, onBusy = () => {}): Promise<void> {
    const until = (accept: (reading: Reading) => boolean, timeoutMs: number) =>
      untilScreen(pane, read, { accept, timeoutMs, signal, explain: (reading) => explain(reading, pane) });
    // Output of our last action may still be on the screen for a moment.
    if (isLeft(await read(pane))) await closeMenu(pane);
    const { state } = await until(isReadyOrBusyFor(BUSY_STANDS_MS), READY_MS);
    if (state === 'busy') {
      onBusy();
      await until((reading) => reading.state === 'ready', BUSY_MS);
    }
    const reading = await until(({ state }) => state === 'ready' && pane.bracketedPaste, PASTE_MODE_MS);
    if (isFull(reading)) await clearBox(pane, read);
  }

  /** Resolves when the agent is idle and nothing more can appear. */
  async function pressEscape(pane: Pane, told: ToldOfStop | undefined): Promise<void> {
    let isOver = false;
    told?.over.then(() => {
      isOver = true;
    });
    const begin = performance.now();
    let pressedAt = begin;
    if (!told?.refused) await pane.press('Escape');
    for (;;) {
      const reading = await read(pane);
      const now = performance.now();
      if (reading.state === 'ready') {
        if (isOver) return;
        // An unanswered prompt returns to the box; the first reads may still see it there.
        if (isFull(reading) && !told?.working && now - pressedAt >= RETURN_MS) return;
        if (now - pressedAt >= (told === undefined ? RETURN_MS : SETTLE_MS)) {
          if (!told?.working) return;
          throw new PaliadinError('agent_not_ready', 'the agent does not say that it has stopped');
        }
      }
      if (now - begin >= INTERRUPT_MS) throw new PaliadinError('agent_not_ready', explain(reading, pane));
      // The first Escape may have come too early, for example before a dialog that has just opened.
      if (reading.state !== 'ready' && !isOver && now - pressedAt >= PRESS_AGAIN_MS) {
        await pane.press('Escape');
        pressedAt = now;
      }
      if ((await pane.ended()) !== null) return;
      await delay(LOOK_MS);
    }
  }

  async function closeMenu(pane: Pane): Promise<void> {
    const begin = performance.now();
    await pane.press('Escape');
    while (isLeft(await read(pane)) && performance.now() - begin < INTERRUPT_MS) await delay(LOOK_MS);
  }

  async function type(pane: Pane, text: string, told: SubmitOptions): Promise<void> {
    try {
      await submitPasted(pane, read, text, told);
    } catch (error) {
      // The pasted text may still reach the box, and would be submitted with the next question.
      if ((await read(pane).catch(() => null))?.state !== 'dialog') await end();
      throw error;
    }
  }

  async function end(): Promise<void> {
    const pane = await find();
    current = null;
    await pane?.kill();
  }

  return {
    find,
    terminal: find,
    look,
    watched: async () => (await ofPane((pane) => pane.watched())) === true,
    async ready(paths, signal, { onBusy, resumes, toolsListed }) {
      const hindrance = driver.hindrance?.(paths.home) ?? null;
      if (hindrance !== null) throw new PaliadinError('agent_not_ready', hindrance);
      const running = await readyIfRunning(paths, signal, onBusy);
      if (running !== null) return running;
      if (!resumes()) throw new ConversationLost();
      const started = await options.starts(() => start(paths, signal));
      // What is asked before it has connected would be answered without them.
      const lists = paths.mcp !== undefined && driver.listsToolsAtStart === true;
      if (lists) await Promise.race([toolsListed, delay(TOOLS_MS, undefined, { signal }).catch(() => {})]);
      return started;
    },
    async load(text) {
      const pane = await find();
      if (pane === null) throw new PaliadinError('agent_stopped', 'the tmux server is gone; nothing was typed');
      const loaded = pane.load(text, join(options.scratch, `${session}.${process.pid}.${pasted++}`));
      return {
        drop: loaded.drop,
        async submit(told) {
          const echo = nextDrawing(pane);
          await loaded.paste();
          told.onStep?.('pasted');
          await echo;
          await type(pane, text, told);
        },
      };
    },
    async interrupt(told) {
      const pane = await find();
      try {
        if (pane === null || (await pane.ended()) !== null) return;
        await pressEscape(pane, told);
        await clearBox(pane, read);
      } catch {
        await end();
      }
    },
    end,
    attachCommand: () => attachCommand(setup, socket, session),
  };
}

/** Resolves with the pane's next output, or a little later without: before, its screen shows nothing new. */
function nextDrawing(pane: Pane): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, NO_DRAWING_MS);
  pane.once('drawn', resolve);
  pane.once('lost', resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    pane.off('drawn', resolve);
    pane.off('lost', resolve);
  });
}

/** Accepts an agent that is ready, and one that has been busy for this long. */
function isReadyOrBusyFor(ms: number): (reading: Reading) => boolean {
  let since: number | null = null;
  return ({ state }) => {
    since = state === 'busy' ? (since ?? performance.now()) : null;
    return state === 'ready' || (since !== null && performance.now() - since >= ms);
  };
}

const GONE = Symbol('gone');

/** For a terminal that has ended since it was found. */
function goneNow(error: unknown): typeof GONE {
  if (error instanceof PaliadinError && error.code === 'agent_stopped') return GONE;
  throw error;
}

function isLeft(reading: Reading): boolean {
  return reading.state === 'dialog' && reading.harmless === true;
}

function explain(reading: Reading, pane: Pane): string {
  if (reading.state === 'busy') return 'the agent is busy with something that was not asked here';
  if (reading.state === 'ready' && !pane.bracketedPaste) return 'the agent does not accept bracketed paste';
  return 'the agent did not show its input box';
}

// Longer than output of our own action stays on the screen of a busy machine.
const BUSY_STANDS_MS = 1_500;
// The caller can stop waiting earlier; and no foreign task blocks other callers for ever.
const BUSY_MS = 600_000;
// A start took 1 s, and 8 s on a loaded machine.
const READY_MS = 30_000;
// A starting agent shows its box up to 0.4 s before it accepts a paste; if it still does not after this time, it never
// will.
const PASTE_MODE_MS = 3_000;
// An agent needs up to 0.3 s to react to Escape; one that needs more than ten times that hangs.
const INTERRUPT_MS = 5_000;
// A second Escape that is not needed opens a menu; and the screen of a busy machine was one second behind.
const PRESS_AGAIN_MS = 1_500;
// An agent that reports its end does so within 0.3 s; a busy machine took ten times as long.
const SETTLE_MS = 3_000;
const LOOK_MS = 50;
// An agent draws a paste within 20 ms.
const NO_DRAWING_MS = 50;
// The prompt returned within 0.1 s; if it stayed in the box, it would be submitted with the next question.
const RETURN_MS = 500;
// Claude Code connects within 0.5 s of showing its box. An application that is away answers no list: its question is asked all the same.
const TOOLS_MS = 5_000;
