/**
 * Sixty turns of three users at once, of every kind: each one's question, answer, error, cancellation and decision
 * carries a mark, and at the end the test counts where each mark has arrived.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision } from '../../src/contract/turn.ts';
import type { ApiClient } from '../support/api-client.ts';
import { until } from '../support/until.ts';
import type { Model } from './model/server.ts';
import type { StartedClaude } from './started-claude.ts';

export interface Figures {
  turns: number;
  /** By how they ended. */
  ended: Record<string, number>;
  /** Marks that the model has seen. */
  seen: number;
  /** What is wrong, each with its mark. All empty where nothing is. */
  lost: string[];
  doubled: string[];
  crossed: string[];
  /** Ended otherwise than this kind of turn ends, or is on record as something else. */
  unexpected: string[];
}

/** What becomes of a turn, and what the person does meanwhile. */
interface Kind {
  /** The first line: what the model does. */
  says: (name: string) => string;
  /** How much follows, in bytes. */
  size?: number;
  status: 'completed' | 'failed' | 'cancelled';
  error?: string;
  /** Without its marks; only of what is completed. */
  answer?: RegExp;
  meanwhile?: (turn: Underway) => Promise<void>;
}

interface Underway {
  client: ApiClient;
  model: Model;
  turnId: string;
  mark: string;
  name: string;
}

const KINDS: Record<string, Kind> = {
  text: { says: () => 'demo at once', status: 'completed', answer: /^At once\.$/ },
  lines: {
    says: (name) => `model lines ${name}`,
    status: 'completed',
    answer: /^Line 1 [\s\S]*Line 100 of the answer\.$/,
    meanwhile: letGoOn,
  },
  long: { says: () => 'demo long 300kb', status: 'completed' },
  memory: { says: () => 'Which cases are open?', status: 'completed', answer: /^There are 12 open cases\./ },
  tool: { says: () => 'model run true', status: 'completed', answer: /^It said:/ },
  'ten kilobytes': { says: () => 'demo at once', size: 10_000, status: 'completed', answer: /^At once\.$/ },
  'a hundred kilobytes': { says: () => 'demo at once', size: 100_000, status: 'completed', answer: /^At once\.$/ },
  overloaded: { says: () => 'model overloaded 1', status: 'completed', answer: /^After all\.$/ },
  'signed out': { says: () => 'model status 401', status: 'failed', error: 'agent_error' },
  'used up': { says: () => 'model limit', status: 'failed', error: 'agent_limit' },
  broken: { says: () => 'model drop', status: 'completed', answer: /^One\.\nTwo\.\nThree\.$/ },
  'stopped while it hangs': { says: (name) => `model wait ${name}`, status: 'cancelled', meanwhile: stopOnceAsked },
  'stopped in the middle': { says: (name) => `demo hold ${name}`, status: 'cancelled', meanwhile: stopAt('chunk') },
  'stopped in a tool': { says: () => 'model run tail -f /dev/null', status: 'cancelled', meanwhile: stopAt('tool') },
  'stopped while it is asked again': { says: () => 'model failing 99', status: 'cancelled', meanwhile: stopAt('tool') },
  'stopped while a person is asked': {
    says: () => 'model run touch no',
    status: 'cancelled',
    meanwhile: stopAt('approval'),
  },
  allowed: {
    says: (name) => `model run touch ${name} && echo yes`,
    status: 'completed',
    answer: /^It said: yes/,
    meanwhile: decide({ option: 'allow' }),
  },
  denied: {
    says: (name) => `model run touch ${name}`,
    status: 'completed',
    answer: /^It said: [\s\S]*Not today\./,
    meanwhile: decide({ option: 'deny', message: 'Not today.' }),
  },
  question: {
    says: () => 'model ask',
    status: 'completed',
    answer: /^You said: [\s\S]*Overdue/,
    meanwhile: decide({ option: 'answer', answers: { 'Which cases do you want to see?': 'Overdue' } }),
  },
  another: { says: () => 'demo at once', status: 'completed', answer: /^At once\.$/ },
};

/** The rules that the agents need in their settings. */
export const MIXED_SETTINGS = { permissions: { allow: ['Bash(true)', 'Bash(tail:*)'] } };

export async function mixedRun(agents: StartedClaude, seed: number): Promise<Figures> {
  const figures: Figures = { turns: 0, ended: {}, seen: 0, lost: [], doubled: [], crossed: [], unexpected: [] };
  const run = { ...agents, figures };
  const people = ['owner', 'anna', 'bert'];
  const asked = (await Promise.all(people.map((person, at) => askAll(run, person, seed * people.length + at)))).flat();
  for (const turn of asked) await judge(turn, asked, run);
  countAtModel(asked, run);
  return figures;
}

interface Run extends StartedClaude {
  figures: Figures;
}

interface Done extends Underway {
  person: string;
  kind: string;
}

async function askAll({ gateway, model, figures }: Run, person: string, seed: number): Promise<Done[]> {
  const client = await gateway.as(person);
  const done: Done[] = [];
  for (const kind of shuffled(Object.keys(KINDS), seed)) {
    const name = `x${seed}x${done.length}`;
    const mark = `mark-${person}-${name}`;
    const { says, size = 0, meanwhile } = KINDS[kind] as Kind;
    const head = `${says(name)}\nmark: ${mark}\n`;
    const { turnId } = await client.ask(
      head + LINE.repeat(Math.ceil(size / LINE.length)).slice(0, Math.max(0, size - head.length)),
    );
    const turn = { client, model, turnId, mark, name, person, kind };
    done.push(turn);
    await meanwhile?.(turn).catch((error: Error) => figures.unexpected.push(`${mark} (${kind}): ${error.message}`));
    await client.finished(turnId);
  }
  return done;
}

async function judge({ client, turnId, mark, kind }: Done, all: Done[], { gateway, figures }: Run): Promise<void> {
  const wanted = KINDS[kind] as Kind;
  const turn = await client.turn(turnId);
  const row = await (await gateway.store()).turns.get(turnId);
  const journal = join(gateway.agentDirectory(row?.agentSession ?? ''), '..', 'turns', `${turnId}.json`);
  const entry = existsSync(journal) ? JSON.parse(readFileSync(journal, 'utf8').split('\n').at(-1) ?? '') : null;
  const text = turn.response ?? '';
  const what = `${mark} (${kind}): ${turn.status} ${turn.error?.code ?? ''} ${JSON.stringify(text.slice(0, 300))}`;
  figures.turns++;
  figures.ended[turn.status] = (figures.ended[turn.status] ?? 0) + 1;
  if (all.some((other) => other.mark !== mark && text.includes(`${other.mark}\n`))) figures.crossed.push(what);
  const times = text.split('\n').filter((line) => line === mark).length;
  if (turn.status === 'completed' && times < 2) figures.lost.push(what);
  if (times > 2) figures.doubled.push(what);
  const body = text
    .split('\n')
    .filter((line) => line !== mark)
    .join('\n')
    .trim();
  const asWanted =
    turn.status === wanted.status &&
    (turn.error?.code ?? null) === (wanted.error ?? (wanted.status === 'cancelled' ? 'cancelled' : null)) &&
    (wanted.answer?.test(body) ?? true);
  const onRecord =
    row?.status === turn.status && row?.message.includes(`mark: ${mark}\n`) && entry?.state === STATES[wanted.status];
  if (!asWanted || !onRecord) figures.unexpected.push(`${what}; ${row?.errorDetail ?? ''}; journal: ${entry?.state}`);
}

/** Each mark in the one conversation of its person, once; and under one turn's id. */
function countAtModel(asked: Done[], { model, figures }: Run): void {
  for (const { mark, person, turnId } of asked) {
    const isMine = (message: string) => message.split('\n')[1] === `mark: ${mark}`;
    const questions = model.questions.filter(({ message }) => isMine(message));
    if (questions.length === 0) figures.lost.push(`${mark}: never seen by the model`);
    else figures.seen++;
    if (questions.some((question) => question.turnId !== turnId))
      figures.crossed.push(`${mark}: under another turn’s id`);
    if (questions.length > 1 || model.conversations.some((messages) => messages.filter(isMine).length > 1)) {
      figures.doubled.push(`${mark}: seen by the model ${questions.length} times`);
    }
    const strange = model.conversations.some(
      (messages) => messages.some(isMine) && messages.some((one) => !one.includes(`mark: mark-${person}-`)),
    );
    if (strange) figures.crossed.push(`${mark}: in a conversation with somebody else’s`);
  }
}

async function letGoOn({ client, model, turnId, name }: Underway): Promise<void> {
  await client.until(turnId, 'chunk');
  model.release(name);
}

async function stopOnceAsked({ client, model, turnId }: Underway): Promise<void> {
  await until('the model to be asked', () => model.questions.some((question) => question.turnId === turnId));
  await client.cancel(turnId);
}

function stopAt(type: 'chunk' | 'tool' | 'approval') {
  return async ({ client, turnId }: Underway) => {
    await client.until(turnId, type);
    await client.cancel(turnId);
  };
}

function decide(decision: Decision) {
  return async ({ client, turnId }: Underway) => {
    const event = await client.until(turnId, 'approval');
    if (event.type !== 'approval') throw new TypeError('no approval');
    const { ok } = await client.call('POST', `/api/turns/${turnId}/approvals/${event.approval.id}`, { body: decision });
    if (!ok) throw new Error('the decision was refused');
  };
}

/** The same order each time for the same seed. */
function shuffled<T>(list: T[], seed: number): T[] {
  let state = seed + 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let warm = 0; warm < 3; warm++) next();
  return list
    .map((one) => ({ one, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

const STATES = { completed: 'done', failed: 'failed', cancelled: 'cancelled' };
const LINE = 'a line of what somebody has pasted, $(with) `things` a shell would take\n';
