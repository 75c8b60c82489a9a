/** One user's session on the host: turns are accepted once, run one after the other, and can be joined. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { TurnTools } from '../contract/app-tools.ts';
import { asPaliadinError, PaliadinError } from '../contract/errors.ts';
import type { AttachmentPiece, HostOutcome, HostPrompt, HostTurn, HostUpdate } from '../contract/host.ts';
import { TURN_ID_PATTERN } from '../contract/names.ts';
import { pieces } from '../contract/pieces.ts';
import type { Decision } from '../contract/turn.ts';
import type { TurnCost } from '../contract/turn-cost.ts';
import { reached } from '../process/turn-step.ts';
import type { JoinedTools } from './app-tools/joined-tools.ts';
import { checkDecision } from './approval-gate.ts';
import { ConversationLost } from './conversation-lost.ts';
import { CANCELLED, type End, failed } from './end.ts';
import type { SessionEntry } from './journal.ts';
import { LiveTurn } from './live-turn.ts';
import type { PaneLimit } from './pane-limit.ts';
import type { TurnEntry } from './turn-entry.ts';
import { type RunnerOptions, TurnRunner } from './turn-runner.ts';

export interface SessionOptions extends RunnerOptions {
  panes: PaneLimit;
}

export class Session {
  readonly runner: TurnRunner;
  readonly #options: SessionOptions;
  /** Accepted turns that have not ended. */
  readonly #live = new Map<string, LiveTurn>();
  /** The next turn starts when this resolves. */
  #tail: Promise<void> = Promise.resolve();
  #running: LiveTurn | null = null;
  #entry: SessionEntry | null = null;
  /** The highest fence of any request since the daemon started. */
  #fence = 0;
  /** The highest fence before that; null until the journal was read. */
  #journaledFence: number | null = null;
  /** Concurrent callers must not each accept the turn, create a conversation, or lower the fence. */
  readonly #inOrder = pLimit(1);

  constructor(options: SessionOptions) {
    this.#options = options;
    this.runner = new TurnRunner(options);
  }

  /** Id of the turn that is running. */
  get running(): string | null {
    return this.#running?.turnId ?? null;
  }

  get idle(): boolean {
    return this.#live.size === 0;
  }

  /**
   * The application's tools of the turn that runs; null where none runs, or it is being stopped. A `call` counts for it
   * only once the agent has been given its prompt: what it does before that was not asked in this turn.
   */
  toolsFor(use: 'list' | 'call'): JoinedTools | null {
    const turn = this.#running;
    if (turn === null || turn.stop.signal.aborted) return null;
    return use === 'call' && turn.state === 'accepted' ? null : turn.tools;
  }

  async prompt(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void, tools?: TurnTools): Promise<HostOutcome> {
    reached(prompt.turnId, 'at the host');
    const turn = await this.#inOrder(() => this.#findOrAccept(prompt));
    if (!(turn instanceof LiveTurn)) return replay(turn, prompt.from, onUpdate);
    return turn.follow(prompt.from, onUpdate, tools);
  }

  takeFile(piece: AttachmentPiece): Promise<number> {
    return this.#options.files.take(piece);
  }

  async turn(turnId: string, from: number): Promise<HostTurn> {
    const live = this.#live.get(turnId);
    if (live !== undefined) return { ...NOTHING, state: live.state, ...answerFrom(live.answer, from) };
    const entry = await this.#read(turnId);
    if (entry === null) return { ...NOTHING, state: 'absent' };
    const { state, code, detail, late, inputTokens, outputTokens } = entry;
    return { state, code, detail, late, inputTokens, outputTokens, ...answerFrom(entry.answer, from) };
  }

  /** The turn then ends by itself; does nothing for a turn that has ended. */
  cancel(turnId: string): void {
    this.#live.get(turnId)?.stop.abort();
  }

  /** @throws PaliadinError `not_found`, `not_allowed` by the host's policy, `bad_request`, `conflict` */
  async decide(turnId: string, approvalId: string, decision: Decision): Promise<void> {
    const turn = this.#live.get(turnId);
    const approval = turn?.approval(approvalId);
    if (turn === undefined || approval === undefined)
      throw new PaliadinError('not_found', 'this approval is no longer open');
    const checked = checkDecision(this.#options.policy, approval, decision);
    await turn.resolveApproval(approvalId, checked, () => this.runner.decide(turn, approval, checked));
  }

  /** Ends what runs, and the conversation. Later questions belong to the next conversation. */
  reset(): Promise<void> {
    for (const turn of this.#live.values()) turn.stop.abort();
    const ended = this.runner.end().catch(() => {}); // at once; a failure is reported below
    const startOver = async () => {
      await ended;
      await this.runner.end(); // an agent that was being started at that moment
      const { panes, session, journal, files } = this.#options;
      panes.gone(session);
      if (!(await journal.isSound(session))) await journal.setAside(session);
      await files.clear();
      await this.#save(anew(await this.#load()));
    };
    const fresh = this.#tail.then(() => this.#inOrder(startOver));
    this.#tail = fresh.catch(() => {});
    return fresh;
  }

  /** After `reset`: deletes what journal and agent have of the session. It is not used any more. */
  async remove(): Promise<void> {
    const { journal, session, driver, isolation } = this.#options;
    await this.runner.counted();
    const { conversation, former = [] } = await this.#load();
    const home = isolation.homeOf(session);
    for (const one of [conversation, ...former]) {
      driver.forgetConversation?.({ session, conversation: one, directory: journal.agentDirectory(session), home });
    }
    await journal.remove(session);
  }

  async acknowledge(turnId: string, { forget } = { forget: false }): Promise<TurnCost | null> {
    const { journal, session, driver, files } = this.#options;
    if (forget) await files.remove(turnId);
    await this.runner.counted(turnId);
    const entry = await this.#read(turnId);
    if (entry === null) return null;
    await journal.acknowledge(session, turnId);
    if (!this.runner.awaitsLateAnswer) await driver.forget(this.runner.pathsOf(entry));
    return entry.cost ?? null;
  }

  /** Resumes the turns that a killed daemon left open. */
  async recover(): Promise<void> {
    const { journal, session, panes } = this.#options;
    const live = (await this.runner.pane.find()) !== null;
    if (live) panes.found(this.#paneUser);
    for (const entry of await journal.openTurns(session)) {
      const turn = new LiveTurn(entry);
      const state = entry.state === 'running' ? 'running' : 'delivering';
      const rejoin = () => this.runner.rejoin(turn, state);
      // A living agent has its slot; none is needed to read the records of one that is gone.
      this.#enqueue(turn, () => (live ? panes.use(this.#paneUser, turn.stop.signal, rejoin) : rejoin()));
    }
    const last = await journal.lastTurn(session);
    if (last !== null && isGivenUp(last)) {
      this.#tail = this.#tail.then(() => this.runner.awaitAgain(new LiveTurn(last)));
    }
  }

  /** Forgets turns that ended before `before` and are acknowledged. */
  async prune(before: number): Promise<void> {
    const { journal, session, driver, files } = this.#options;
    // It may be one of those turns, whose record is still read; the next question ends the waiting.
    if (this.runner.awaitsLateAnswer) return;
    for (const entry of await journal.prune(session, before)) await driver.forget(this.runner.pathsOf(entry));
    await files.prune(before, async (turnId) => this.#live.has(turnId) || (await this.#isOnRecord(turnId)));
  }

  async #findOrAccept(prompt: HostPrompt): Promise<LiveTurn | TurnEntry> {
    const digest = digestOf(prompt);
    const known = this.#live.get(prompt.turnId) ?? (await this.#read(prompt.turnId));
    if (known === null && prompt.known) {
      throw new PaliadinError('outcome_unknown', 'the host has lost its record of this turn');
    }
    if (known === null) {
      // All of them, or the turn is not accepted.
      await this.#options.files.of(prompt.turnId, prompt.attachments ?? []);
      return this.#accept(prompt, digest);
    }
    if (known.digest !== digest) {
      throw new PaliadinError('idempotency_mismatch', 'this turn id was used for another question');
    }
    // Another turn may have been accepted since; nothing is typed for a known one.
    this.#passFence(prompt.fence, known.fence);
    if (known instanceof LiveTurn) known.fence = prompt.fence;
    return known;
  }

  async #accept(prompt: HostPrompt, digest: string): Promise<LiveTurn> {
    const { turnId, fence, locale } = prompt;
    this.#passFence(fence, await this.#highestFence());
    const nonce = randomBytes(16).toString('hex');
    const turn = new LiveTurn({ turnId, digest, nonce, fence, locale, acceptedAt: this.#options.clock() });
    this.#enqueue(turn, async () => {
      return this.#options.panes.use(this.#paneUser, turn.stop.signal, async () => {
        return this.#deliver(turn, prompt);
      });
    });
    return turn;
  }

  #enqueue(turn: LiveTurn, through: () => Promise<End>): void {
    this.#live.set(turn.turnId, turn);
    this.#tail = this.#tail.then(() => this.#runTurn(turn, through));
  }

  /** Runs one turn until its outcome is on disk. Never rejects. */
  async #runTurn(turn: LiveTurn, through: () => Promise<End>): Promise<void> {
    this.#running = turn;
    const end = turn.stop.signal.aborted ? CANCELLED : await through().catch(endOf);
    if (turn.state === 'running') await this.#markBegun();
    const told = turn.stop.signal.aborted && end.state === 'failed' ? CANCELLED : end;
    reached(turn.turnId, 'end seen');
    await this.runner.record(turn, told);
    reached(turn.turnId, 'end in the journal');
    this.#running = null;
    this.#live.delete(turn.turnId);
    turn.end({ ...told, answerLength: turn.answer.length });
  }

  /** Uses the current conversation; or a new one if the agent has lost it, and the person is told. */
  async #deliver(turn: LiveTurn, prompt: HostPrompt): Promise<End> {
    const { begun, conversation } = await this.#load();
    try {
      return await this.runner.deliver(turn, prompt, conversation, { begun });
    } catch (error) {
      if (error instanceof ConversationLost) return this.#deliverAnew(turn, prompt);
      throw error;
    }
  }

  async #deliverAnew(turn: LiveTurn, prompt: HostPrompt): Promise<End> {
    turn.notice('new-conversation');
    const { conversation } = await this.#save(anew(await this.#load()));
    return this.runner.deliver(turn, prompt, conversation, { begun: false });
  }

  /** Never rejects: at worst, a lost conversation is noticed later. */
  async #markBegun(): Promise<void> {
    try {
      const entry = await this.#load();
      if (!entry.begun) await this.#save({ ...entry, begun: true });
    } catch (error) {
      this.#options.onError('a conversation was not marked', error);
    }
  }

  get #paneUser() {
    return { session: this.#options.session, hibernate: () => this.runner.hibernate() };
  }

  #passFence(fence: number, least: number): void {
    if (fence < least) throw new PaliadinError('conflict', 'another gateway has taken over since');
    this.#fence = Math.max(this.#fence, fence);
  }

  /** The journal gets a fence with the turn that carries it, before that turn is typed. */
  async #highestFence(): Promise<number> {
    if (this.#journaledFence === null) {
      const ofTurns = await this.#options.journal.highestFence(this.#options.session);
      this.#journaledFence = Math.max((await this.#load()).fence, ofTurns);
    }
    return Math.max(this.#fence, this.#journaledFence);
  }

  async #load(): Promise<SessionEntry> {
    this.#entry ??= await this.#options.journal.readSession(this.#options.session);
    return this.#entry ?? this.#save({ ...newConversation(), fence: 0 });
  }

  async #save(entry: SessionEntry): Promise<SessionEntry> {
    await this.#options.journal.writeSession(this.#options.session, entry);
    this.#entry = entry;
    return entry;
  }

  /** Also one whose entry can't be read. */
  async #isOnRecord(turnId: string): Promise<boolean> {
    return this.#read(turnId).then(
      (entry) => entry !== null,
      () => TURN_ID_PATTERN.test(turnId),
    );
  }

  #read(turnId: string): Promise<TurnEntry | null> {
    return this.#options.journal.readTurn(this.#options.session, turnId);
  }
}

function newConversation(): Pick<SessionEntry, 'conversation' | 'begun'> {
  return { conversation: randomUUID(), begun: false };
}

/** The former conversation's transcript stays for as long as the session. */
function anew({ conversation, former = [], ...entry }: SessionEntry): SessionEntry {
  return { ...entry, ...newConversation(), former: [...former, conversation].slice(-MOST_FORMER) };
}

// More resets than anybody makes in a conversation; the entry is read with each question.
const MOST_FORMER = 500;

/** Covers everything that was asked; not who asks, or how much of the answer they have. */
function digestOf({ message, pageOrigin, context, locale, earlier, attachments = [] }: HostPrompt): string {
  const files = attachments.map(({ name, sha256 }) => [name, sha256]);
  // A journal from before there were these has digests without them.
  const more = [...(earlier === undefined && files.length === 0 ? [] : [earlier]), ...files];
  return createHash('sha256')
    .update(JSON.stringify([message, pageOrigin, context, locale, ...more]))
    .digest('hex');
}

function replay(entry: TurnEntry, from: number, onUpdate: (update: HostUpdate) => void): HostOutcome {
  if (entry.state === 'delivering' || entry.state === 'running') {
    throw new PaliadinError('shim_error', 'this turn is being taken up after a restart; ask again');
  }
  const at = Math.min(from, entry.changedFrom ?? from);
  for (const piece of pieces(entry.answer.slice(at), at)) onUpdate(piece);
  const { state, code, detail, inputTokens, outputTokens } = entry;
  return { state, code, detail, inputTokens, outputTokens, answerLength: entry.answer.length };
}

function answerFrom(answer: string, from: number): Pick<HostTurn, 'answer' | 'answerLength'> {
  const [piece] = pieces(answer.slice(from), from);
  return { answer: piece?.text ?? '', answerLength: answer.length };
}

/** A turn that was given up, whose answer may still come. */
function isGivenUp({ code, late }: TurnEntry): boolean {
  return !late && (code === 'timeout' || code === 'outcome_unknown');
}

function endOf(error: unknown): End {
  const { code, detail } = asPaliadinError(error, 'shim_error');
  return code === 'cancelled' ? CANCELLED : failed(code, detail);
}

const NOTHING = {
  code: null,
  detail: null,
  late: false,
  inputTokens: null,
  outputTokens: null,
  answer: '',
  answerLength: 0,
};
