/** One run of a plan: people act, things break, everything is mended, and what each party has on record is compared. */
import { setTimeout as delay } from 'node:timers/promises';
import { problemsOf } from './checks.ts';
import type { Asked } from './evidence.ts';
import { FAULTS, type Fault, faultsOf } from './faults.ts';
import { aboutTurns, gather } from './gather.ts';
import { askAndFollow, tryOnce } from './people.ts';
import { type Act, makePlan, type Plan, type Strike } from './plan.ts';
import { type Channel, type Person, type StoreKind, startWorld, type World } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly channel: Channel;
  /** Number of hosts. */
  readonly hosts?: number;
  readonly store?: StoreKind;
  readonly gateways?: number;
}

export interface RunResult {
  /** Empty where nothing was lost. */
  readonly problems: string[];
  readonly questions: number;
  readonly strikes: number;
}

export function planOf({ seed, seconds, channel, store = 'sqlite' }: RunOptions): Plan {
  return makePlan({ seed, seconds, people: PEOPLE, faults: faultsOf({ channel, store }) });
}

export async function run(options: RunOptions): Promise<RunResult> {
  const plan = planOf(options);
  const { channel, hosts = 1, store = 'sqlite', gateways = 1 } = options;
  const world = await startWorld({ channel, hosts, store, gateways, people: PEOPLE });
  const asked: Asked[] = [];
  let problems: string[];
  let left: number[] = [];
  try {
    problems = await live(plan, world, asked);
  } finally {
    left = await world.dispose();
  }
  if (left.length > 0) problems.push(`NOT TRUE: no process is left: ${left.join(', ')}`);
  return { problems, questions: asked.length, strikes: plan.strikes.length };
}

async function live(plan: Plan, world: World, asked: Asked[]): Promise<string[]> {
  const given = new AbortController();
  const begun = performance.now();
  const until = (at: number) => delay(Math.max(0, begun + at - performance.now()));
  const acts = plan.acts.map(async (act) => {
    await until(act.at);
    await perform(act, world, asked, given.signal);
  });
  // How long a gateway takes to stop in order, the plan can't know: its next fault waits until it is back.
  const mended = new Map<string, Promise<void>>();
  const strikes = plan.strikes
    .toSorted((a, b) => a.at - b.at)
    .map((strike) => {
      const { victim } = faultOf(strike);
      const before = mended.get(victim);
      const suffered = (async () => {
        await Promise.all([until(strike.at), before]);
        await suffer(strike, world);
      })();
      mended.set(victim, suffered);
      return suffered;
    });
  const settled = Promise.allSettled(acts);
  try {
    await Promise.all(strikes);
    await until(plan.seconds * 1000);
    await Promise.race([settled, delay(SETTLE_MS, undefined, { ref: false })]);
  } finally {
    given.abort(); // nobody waits any longer
  }
  const unsettled = (await settled).filter(({ status }) => status === 'rejected').length;
  const evidence = await gather(world, asked);
  const problems = problemsOf(evidence);
  if (unsettled > 0)
    problems.unshift(`NOT TRUE: everything settles within ${SETTLE_MS} ms: ${unsettled} people still wait`);
  return problems.length === 0 ? [] : [...problems, ...aboutTurns(problems.join('\n'), evidence)];
}

async function perform(act: Act, { people }: World, asked: Asked[], signal: AbortSignal): Promise<void> {
  if (act.does !== 'ask') {
    const person = personOf(people, act.person);
    if (act.does === 'reset') return tryOnce(person, '/api/session/reset');
    const newest = asked.findLast(({ question, turnId }) => question.person === act.person && turnId !== null);
    if (newest !== undefined) await tryOnce(person, `/api/turns/${newest.turnId}/cancel`);
    return;
  }
  const entry: Asked = { question: act.question, turnId: null, refused: null, polledEnd: null, streamed: [] };
  asked.push(entry);
  await askAndFollow(personOf(people, act.question.person), entry, signal);
}

async function suffer(strike: Strike, world: World): Promise<void> {
  const { person, lastsMs } = strike;
  const mend = await faultOf(strike).strike(world, personOf(world.people, person));
  await delay(lastsMs);
  await mend();
}

function faultOf({ fault }: Strike): Fault {
  const found = FAULTS.find(({ name }) => name === fault);
  if (found === undefined) throw new TypeError(`there is no fault ${fault}`);
  return found;
}

function personOf(people: World['people'], name: string): Person {
  const person = people.get(name);
  if (person === undefined) throw new TypeError(`nobody is called ${name}`);
  return person;
}

const PEOPLE = ['owner', 'anna', 'ben'];
// The agent's silence limit, three times over: a queue of turns whose agent does not answer needs it more than once.
const SETTLE_MS = 90_000;
