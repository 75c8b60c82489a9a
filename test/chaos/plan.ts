/** What happens in a run, and when: all of it follows from the seed. When a process does its part of it does not. */
import { type Dice, dice } from '../../scripts/seed-data/dice.ts';

export interface Question {
  readonly person: string;
  /** A word that no other question has. It is the idempotency key too. */
  readonly nonce: string;
  /** `hold` is answered in two halves, `approve` after a decision. */
  readonly kind: 'echo' | 'hold' | 'approve';
  readonly follows: 'stream' | 'poll';
  /** What the person decides if the agent asks; null leaves it to the time limit. */
  readonly decides: 'allow' | 'deny' | null;
  /** Milliseconds until the second half may come. */
  readonly holdMs: number;
}

export type Act =
  | { readonly at: number; readonly does: 'ask'; readonly question: Question }
  | { readonly at: number; readonly does: 'stop' | 'reset'; readonly person: string };

export interface Strike {
  readonly at: number;
  readonly lastsMs: number;
  readonly fault: string;
  /** Whose terminal or agent, where each person has one. */
  readonly person: string;
}

export interface Plan {
  readonly seed: number;
  readonly seconds: number;
  readonly acts: readonly Act[];
  readonly strikes: readonly Strike[];
}

export interface PlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly people: readonly string[];
  /** Faults of one victim never overlap. */
  readonly faults: readonly { readonly name: string; readonly victim: string }[];
}

/** Times are milliseconds from the start of the run. */
export function makePlan({ seed, seconds, people, faults }: PlanOptions): Plan {
  const random = dice(seed);
  const endMs = seconds * 1000;
  const acts = people.flatMap((person) => actsOf(person, endMs, random));
  const busyUntil = new Map<string, number>();
  const strikes: Strike[] = [];
  for (let at = random.between(300, 1500); at < endMs; at += random.between(300, 2500)) {
    const { name, victim } = random.of(faults);
    const lastsMs = Math.min(random.weighted(LENGTHS) * random.between(1, 10), endMs - at);
    const person = random.of(people);
    if (at < (busyUntil.get(victim) ?? 0)) continue;
    busyUntil.set(victim, at + lastsMs + RECOVERY_MS);
    strikes.push({ at, lastsMs, fault: name, person });
  }
  return { seed, seconds, acts: acts.toSorted((one, other) => one.at - other.at), strikes };
}

/** One line for each thing that happens. */
export function planLines({ acts, strikes }: Plan): string[] {
  const lines = [
    ...acts.map((act) => ({ at: act.at, text: actText(act) })),
    ...strikes.map(({ at, lastsMs, fault, person }) => ({ at, text: `FAULT ${fault} for ${lastsMs} ms (${person})` })),
  ];
  return lines
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, text }) => `${(at / 1000).toFixed(2).padStart(8)} s  ${text}`);
}

function actsOf(person: string, endMs: number, random: Dice): Act[] {
  const acts: Act[] = [];
  for (let at = random.between(0, 1000); at < endMs; at += random.between(400, 3000)) {
    const does = random.weighted(ACTS);
    if (does === 'ask') acts.push({ at, does, question: aQuestion(person, random) });
    else acts.push({ at, does, person });
  }
  return acts;
}

function aQuestion(person: string, random: Dice): Question {
  return {
    person,
    nonce: `n${random.id().replaceAll('-', '')}`,
    kind: random.weighted(KINDS),
    follows: random.of(['stream', 'poll']),
    decides: random.of(['allow', 'deny', null]),
    holdMs: random.between(50, 3000),
  };
}

function actText(act: Act): string {
  if (act.does !== 'ask') return `${act.person} ${act.does}s`;
  const { person, kind, nonce, follows, decides, holdMs } = act.question;
  const detail = { echo: '', hold: `, held ${holdMs} ms`, approve: `, decides ${decides ?? 'nothing'}` }[kind];
  return `${person} asks ${kind} ${nonce}, follows by ${follows}${detail}`;
}

const ACTS = [
  ['ask', 12],
  ['stop', 2],
  ['reset', 1],
] as const;
const KINDS = [
  ['echo', 3],
  ['hold', 3],
  ['approve', 2],
] as const;
// A tenth of the length: most faults are over before anybody notices, some outlast the limits of the keep-alive.
const LENGTHS = [
  [30, 3],
  [200, 3],
  [1800, 1],
] as const;
// A gateway needs about a second to be back, on a busy machine more.
const RECOVERY_MS = 1500;
