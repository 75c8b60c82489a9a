/** The session's agent in its pane: brought up, made ready, typed into, interrupted, ended. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { PaliadinError } from '../contract/errors.ts';
import type { AgentPaths, Driver, Reading } from './agents/driver.ts';
import { ConversationLost } from './conversation-lost.ts';
import type { Isolation } from './isolation/isolation.ts';
import { clearBox, isFull, submitPasted } from './submit-pasted.ts';
import type { Pane } from './tmux/pane.ts';
import { attachCommand, findPane, startPane } from './tmux/server.ts';
import type { Launch, TmuxSetup } from './tmux/setup.ts';
import { untilScreen } from './until-screen.ts';

export interface ToldOfStop {
  /** Resolves when it has stopped. */
  over: Promise<unknown>;
  /** It will tell, since it has begun. */
  working: boolean;
  /** It was told to stop by other means. */
  refused: boolean;
}

export interface AgentPane {
  /** The pane that runs already; null where there is none. Starts nothing. */
  find(): Promise<Pane | null>;
  /** What the agent shows; null where none runs, or it goes while one looks. */
  look(): Promise<Reading | null>;
  /** Whether a person looks at it. */
  watched(): Promise<boolean>;
  /**
   * Brings the agent up, if it is not, and waits until its input box is there, empty, and takes a paste. An agent that
   * works on something that was not asked here is waited for; `onBusy` is told.
   * @throws PaliadinError `agent_not_ready` with what stands in the way, `agent_stopped`, `ConversationLost`.
   */
  ready(paths: AgentPaths, signal: AbortSignal, options: { onBusy(): void }): Promise<Pane>;
  /**
   * Pastes the prompt, sees it in the box, presses Enter, and sees it gone.
   * @throws PaliadinError `agent_not_ready` when the prompt never showed: then nothing was submitted.
   */
  type(pane: Pane, text: string): Promise<void>;
  /**
   * Presses Escape and waits for an idle agent with an empty box; an agent that does not obey is ended. `told` is what
   * the agent tells itself: what it shows may be older than the key.
   */
  interrupt(told?: ToldOfStop): Promise<void>;
  /** Ends tmux server and agent. */
  end(): Promise<void>;
  attachCommand(): string[];
}

export function agentPane(options: {
  setup: TmuxSetup;
  driver: Driver;
  isolation: Isolation;
  session: string;
  /** Path of the tmux server's socket. */
  socket: string;
  /** A directory for the files that are pasted. */
  scratch: string;
  /** Bounds how many agents start at once, over all sessions. */
  starts: LimitFunction;
}): AgentPane {
  const { setup, driver, isolation, session, socket } = options;
  let current: Pane | null = null;
  let pasted = 0;

  const read = async (pane: Pane): Promise<Reading> => driver.read(await pane.screen());

  // One at a time, or two callers would attach to the same server, or start it twice.
  const inTurn = pLimit(1);
  const find = () => inTurn(findNow);

  /** What `ask` gets from the pane; null where there is none. A server that was killed is found out only by asking it. */
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
      // Nothing that it does would be heard, or it sees what it must not. One that is started goes on with the conversation.
      if (driver.canReceiveHooks?.(paths) === false || !isolation.fits(session)) {
        await end();
        return null;
      }
      // As it sits there between two questions: seen in one round trip.
      const reading = await look();
      if (reading === null) return null;
      const isIdle = reading.state === 'ready' && reading.box === 'empty' && pane.bracketedPaste;
      if (!isIdle) await untilReady(pane, signal, onBusy);
      return pane;
    } catch (error) {
      // It has ended just now, before anything was typed: one that is started will do as well.
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
      // tmux 3.3a now and then loses what a program says just before it ends.
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
    return isolation.confine(session, driver.launch(paths));
  }

  async function untilReady(pane: Pane, signal: AbortSignal, onBusy = () => {}): Promise<void> {
    const until = (accept: (reading: Reading) => boolean, timeoutMs: number) =>
      untilScreen(pane, read, { accept, timeoutMs, signal, explain: (reading) => explain(reading, pane) });
    // What it has just done for us may still be on the screen for a moment.
    if (isLeft(await read(pane))) await closeMenu(pane);
    const { state } = await until(isReadyOrBusyFor(BUSY_STANDS_MS), READY_MS);
    if (state === 'busy') {
      onBusy();
      await until((reading) => reading.state === 'ready', BUSY_MS);
    }
    const reading = await until(({ state }) => state === 'ready' && pane.bracketedPaste, PASTE_MODE_MS);
    if (isFull(reading)) await clearBox(pane, read);
  }

  /** Until the agent is idle, and nothing that it was about to show can come any more. */
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
        // A prompt that was not answered yet comes back into the box; at first it may be seen there still.
        if (isFull(reading) && !told?.working && now - pressedAt >= RETURN_MS) return;
        if (now - pressedAt >= (told === undefined ? RETURN_MS : SETTLE_MS)) {
          if (!told?.working) return;
          throw new PaliadinError('agent_not_ready', 'the agent does not say that it has stopped');
        }
      }
      if (now - begin >= INTERRUPT_MS) throw new PaliadinError('agent_not_ready', explain(reading, pane));
      // The first one may have come before what it was for, as a dialog that opened just then.
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

  async function end(): Promise<void> {
    const pane = await find();
    current = null;
    await pane?.kill();
  }

  return {
    find,
    look,
    watched: async () => (await ofPane((pane) => pane.watched())) === true,
    async ready(paths, signal, { onBusy }) {
      const hindrance = driver.hindrance?.(paths.home) ?? null;
      if (hindrance !== null) throw new PaliadinError('agent_not_ready', hindrance);
      return (await readyIfRunning(paths, signal, onBusy)) ?? (await options.starts(() => start(paths, signal)));
    },
    async type(pane, text) {
      await pane.paste(text, join(options.scratch, `${session}.${process.pid}.${pasted++}`));
      try {
        await submitPasted(pane, read, text);
      } catch (error) {
        // What was pasted may still come into the box, and would be asked together with the next question.
        if ((await read(pane).catch(() => null))?.state !== 'dialog') await end();
        throw error;
      }
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

/** Accepts what is ready, and what has been busy for this long. */
function isReadyOrBusyFor(ms: number): (reading: Reading) => boolean {
  let since: number | null = null;
  return ({ state }) => {
    since = state === 'busy' ? (since ?? performance.now()) : null;
    return state === 'ready' || (since !== null && performance.now() - since >= ms);
  };
}

const GONE = Symbol('gone');

/** A terminal that has gone since it was found. */
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

// Longer than what it has done for us stays on the screen of a busy machine.
const BUSY_STANDS_MS = 1_500;
// Whoever asks can stop to wait sooner; and nobody's task keeps the others out for ever.
const BUSY_MS = 600_000;
// A start took 1 s, and 8 s on a loaded machine.
const READY_MS = 30_000;
// An agent that starts shows its box up to 0.4 s before it takes a paste; one that has stood there longer never will.
const PASTE_MODE_MS = 3_000;
// An agent needs up to 0.3 s to come back from Escape; one that needs more than ten times that is hung.
const INTERRUPT_MS = 5_000;
// Two Escapes where the first was enough open a menu; and a busy machine's screen was a second behind.
const PRESS_AGAIN_MS = 1_500;
// An agent that tells of its end does so within 0.3 s; a busy machine took ten times as long.
const SETTLE_MS = 3_000;
const LOOK_MS = 50;
// It came back within 0.1 s; left in the box, it would be asked together with the next question.
const RETURN_MS = 500;
