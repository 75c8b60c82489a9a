/**
 * The host's record of each turn, so that an answer survives the caller that asked: one directory per session, one file
 * per turn, with a line for each of its states; the last whole one counts. `delivering` is on disk before the first byte goes to the pane.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { z } from 'zod';
import { PaliadinError } from '../contract/errors.ts';
import { SESSION_PATTERN, TURN_ID_PATTERN } from '../contract/names.ts';
import { appendLine, readIfExists, removeLeftovers, writeAtomically } from '../process/files.ts';
import { type TurnEntry, turnEntry } from './turn-entry.ts';
import { writeProblem } from './write-problem.ts';

const sessionEntry = z.object({
  /** The agent's own conversation id. */
  conversation: z.uuid(),
  /** The highest fence seen before turns had their own. */
  fence: z.int(),
  /** The agent has received a prompt in this conversation. */
  begun: z.boolean().default(false),
  /** Conversations of the agent before a reset, whose transcripts go with the session. */
  former: z.array(z.uuid()).optional(),
});
export type SessionEntry = z.infer<typeof sessionEntry>;

export interface Journal {
  /** The session's own directory, through which agent and driver communicate. */
  agentDirectory(session: string): string;
  /** Where the files are that came with the session's questions: its agent may read them. */
  filesDirectory(session: string): string;
  sessions(): Promise<string[]>;
  readSession(session: string): Promise<SessionEntry | null>;
  /** @throws PaliadinError `shim_error` if the write fails; nothing has changed then. */
  writeSession(session: string, entry: SessionEntry): Promise<void>;
  readTurn(session: string, turnId: string): Promise<TurnEntry | null>;
  /** @throws PaliadinError `shim_error` if the write fails. */
  writeTurn(session: string, entry: TurnEntry): Promise<void>;
  /**
   * As `writeTurn`, for a turn that has an entry: in half the time, as a line after the states before. A crash meanwhile
   * leaves the state before.
   */
  updateTurn(session: string, entry: TurnEntry): Promise<void>;
  /** The gateway has the outcome as it is now. Losing this mark costs only disk space. */
  acknowledge(session: string, turnId: string): Promise<void>;
  /** Turns that had not ended when they were last written. */
  openTurns(session: string): Promise<TurnEntry[]>;
  /** The turn that was accepted last; null if there is none. */
  lastTurn(session: string): Promise<TurnEntry | null>;
  /** The highest fence of any request for a turn of the session; 0 if there is none. */
  highestFence(session: string): Promise<number>;
  /** Whether the session can continue: an unreadable turn affects only itself. */
  isSound(session: string): Promise<boolean>;
  /** Moves all of the session's entries aside, to another name beside it. */
  setAside(session: string): Promise<void>;
  /** Deletes everything that is recorded of the session, and what agent and driver have in its directory. */
  remove(session: string): Promise<void>;
  /** What can't be read, and what was moved aside: paths below the journal's directory. */
  unreadable(): Promise<string[]>;
  /** Forgets turns that ended before `before` and whose outcome the gateway has. Returns them. The rest may go on. */
  prune(session: string, before: number): Promise<TurnEntry[]>;
}

/** `onUnreadable` is called for a turn that is skipped because it can't be read. */
export function openJournal(root: string, onUnreadable: (error: unknown) => void = () => {}): Journal {
  const directories = new Map<string, Promise<string>>();
  const queues = new Map<string, LimitFunction>();

  /** One write after the other in each session: otherwise an older state of a turn could overwrite a newer one. */
  function inOrder(session: string): LimitFunction {
    const queue = queues.get(session) ?? pLimit(1);
    queues.set(session, queue);
    return queue;
  }

  function pathOf(session: string, file = ''): string {
    return join(root, pathName(session), file);
  }

  // Created once per session and process.
  async function directory(session: string): Promise<string> {
    const known = directories.get(session) ?? makeDirectories(pathOf(session));
    known.catch(() => directories.delete(session));
    directories.set(session, known);
    return known;
  }

  async function write(session: string, name: string, entry: unknown, { update } = { update: false }): Promise<void> {
    try {
      await inOrder(session)(async () => {
        const path = join(await directory(session), name);
        const text = JSON.stringify(entry);
        if (!update || !appendLine(path, text)) writeAtomically(path, text);
      });
    } catch (error) {
      throw writeProblem('its journal', error);
    }
  }

  async function turnIds(session: string): Promise<string[]> {
    const names = await readdir(join(await directory(session), 'turns'));
    return names.map((name) => name.replace(/\.json$/, '')).filter((name) => TURN_ID_PATTERN.test(name));
  }

  async function turns(session: string): Promise<TurnEntry[]> {
    const entries = await Promise.all((await turnIds(session)).map((id) => readable(session, id)));
    return entries.filter((entry) => entry !== null);
  }

  /** Null also for an unreadable turn: a request by its id still fails, so nothing of it is typed twice. */
  async function readable(session: string, turnId: string): Promise<TurnEntry | null> {
    try {
      return await journal.readTurn(session, turnId);
    } catch (error) {
      onUnreadable(error);
      return null;
    }
  }

  async function acknowledgedIds(session: string): Promise<string[]> {
    const names = await readdir(pathOf(session, 'turns')).catch(() => []);
    return names
      .filter((name) => name.endsWith(MARK))
      .map((name) => name.slice(0, -MARK.length))
      .filter((name) => TURN_ID_PATTERN.test(name));
  }

  function unmark(session: string, turnId: string): Promise<void> {
    return inOrder(session)(() => rm(pathOf(session, markFile(turnId)), { force: true }));
  }

  /** Null if the turn stays. */
  async function pruneTurn(session: string, turnId: string, before: number): Promise<TurnEntry | null> {
    const entry = await readable(session, turnId);
    if (entry === null || entry.endedAt === null || entry.endedAt >= before) return null;
    if (readIfExists(pathOf(session, markFile(turnId))) === null) return null;
    await rm(pathOf(session, turnFile(turnId)));
    await rm(pathOf(session, markFile(turnId)));
    return entry;
  }

  const journal: Journal = {
    agentDirectory: (session) => agentDirectory(root, session),
    filesDirectory: (session) => pathOf(session, 'files'),
    async sessions() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      return (await readdir(root)).filter((name) => SESSION_PATTERN.test(name));
    },
    async readSession(session) {
      return read(sessionEntry, pathOf(session, 'session.json'));
    },
    writeSession: (session, entry) => write(session, 'session.json', entry),
    async readTurn(session, turnId) {
      return read(turnEntry, pathOf(session, turnFile(turnId)));
    },
    async writeTurn(session, entry) {
      // The gateway may have acknowledged that there was no answer.
      if (entry.late) await unmark(session, entry.turnId);
      await write(session, turnFile(entry.turnId), entry);
    },
    updateTurn: (session, entry) => write(session, turnFile(entry.turnId), entry, { update: true }),
    async acknowledge(session, turnId) {
      await writeFile(join(await directory(session), markFile(turnId)), '', { mode: 0o600 });
    },
    async openTurns(session) {
      return (await turns(session)).filter(({ state }) => state === 'delivering' || state === 'running');
    },
    async lastTurn(session) {
      return (await turns(session)).toSorted((one, other) => one.acceptedAt - other.acceptedAt).at(-1) ?? null;
    },
    async highestFence(session) {
      return Math.max(0, ...(await turns(session)).map(({ fence }) => fence));
    },
    async isSound(session) {
      const turns = await readdir(pathOf(session, 'turns')).catch((error) => (error.code === 'ENOENT' ? [] : null));
      const entry = await journal.readSession(session).catch(() => undefined);
      return turns !== null && entry !== undefined;
    },
    async setAside(session) {
      directories.delete(session);
      await rename(pathOf(session), `${pathOf(session)}${ASIDE}${randomBytes(4).toString('hex')}`);
    },
    async remove(session) {
      await inOrder(session)(() => rm(pathOf(session), { recursive: true, force: true }));
      directories.delete(session);
      queues.delete(session);
      const names = await readdir(root).catch(() => []);
      const aside = names.filter((name) => name.startsWith(`${session}${ASIDE}`));
      for (const name of aside) await rm(join(root, name), { recursive: true, force: true });
    },
    async unreadable() {
      const names = await readdir(root).catch(() => []);
      const found = names.filter((name) => name.includes(ASIDE));
      for (const session of names.filter((name) => SESSION_PATTERN.test(name))) {
        if (!(await journal.isSound(session))) found.push(session);
        const turns = await readdir(pathOf(session, 'turns')).catch(() => []);
        for (const name of turns.filter((name) => TURN_ID_PATTERN.test(name.replace(/\.json$/, '')))) {
          const turn = journal.readTurn(session, name.replace(/\.json$/, ''));
          await turn.catch(() => found.push(join(session, 'turns', name)));
        }
      }
      return found;
    },
    async prune(session, before) {
      const gone: TurnEntry[] = [];
      for (const turnId of await acknowledgedIds(session)) {
        // A late answer may be written meanwhile.
        const entry = await inOrder(session)(() => pruneTurn(session, turnId, before));
        if (entry !== null) gone.push(entry);
        await setImmediate(); // turns that are under way come first
      }
      return gone;
    },
  };
  return journal;
}

/** The session's own directory, through which agent and driver communicate; `root` is the journal. */
export function agentDirectory(root: string, session: string): string {
  return join(root, pathName(session), 'agent');
}

/** @throws PaliadinError `bad_request`: an invalid name could lead to any path. */
function pathName(session: string): string {
  if (!SESSION_PATTERN.test(session)) throw new PaliadinError('bad_request', 'this is not a session’s name');
  return session;
}

async function makeDirectories(path: string): Promise<string> {
  for (const inner of ['turns', 'agent', 'files']) await mkdir(join(path, inner), { recursive: true, mode: 0o700 });
  await removeLeftovers(path);
  await removeLeftovers(join(path, 'turns'));
  return path;
}

async function read<T>(shape: z.ZodType<T>, path: string): Promise<T | null> {
  try {
    const text = readIfExists(path);
    return text === null ? null : shape.parse(lastState(text));
  } catch (error) {
    const detail = `the journal entry ${path} can't be read; start over, or move it away`;
    throw new PaliadinError('shim_error', detail, { cause: error });
  }
}

/** The last line that is whole: a crash may have cut off the one after it. */
function lastState(text: string): unknown {
  const lines = text.split('\n');
  for (const [at, line] of [...lines.entries()].reverse()) {
    try {
      return JSON.parse(line);
    } catch (error) {
      if (at === 0) throw error;
    }
  }
}

const ASIDE = '.unreadable-';
const MARK = '.acknowledged';

function turnFile(turnId: string): string {
  if (!TURN_ID_PATTERN.test(turnId)) throw new PaliadinError('bad_request', 'this is not a turn’s id');
  return join('turns', `${turnId}.json`);
}

function markFile(turnId: string): string {
  return join('turns', `${turnId}${MARK}`);
}
