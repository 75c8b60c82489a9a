/** Crashes one program at its first step of a turn, then at the second, and so on, until a turn passes without a crash. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDirectory } from '../support/temporary.ts';
import { problemsOf } from './checks.ts';
import type { Asked } from './evidence.ts';
import { aboutTurns, gather } from './gather.ts';
import { askAndFollow } from './people.ts';
import type { Question } from './plan.ts';
import { type Person, startWorld, type World } from './world.ts';

export interface SweepResult {
  /** What the program was about to do at each crash: its length is the number of steps. */
  readonly steps: string[];
  readonly problems: string[];
}

export async function sweep(program: 'gateway' | 'daemon', kind: Question['kind']): Promise<SweepResult> {
  const crash = await temporaryDirectory();
  const env = {
    TEST_CRASH_DIRECTORY: crash.path,
    NODE_OPTIONS: `--import=${new URL('programs/crash-at.ts', import.meta.url)}`,
  };
  const world = await startWorld({ channel: 'local', people: ['owner'], env });
  try {
    const asked: Asked[] = [];
    await turn(world, asked, kind); // starts the agent
    const steps = await crashEachStep(program, crash.path, world, () => turn(world, asked, kind));
    const evidence = await gather(world, asked);
    const problems = problemsOf(evidence);
    return { steps, problems: [...problems, ...aboutTurns(problems.join('\n'), evidence)] };
  } finally {
    await world.dispose();
    await crash.remove();
  }
}

async function crashEachStep(
  program: 'gateway' | 'daemon',
  directory: string,
  { gateway }: World,
  oneTurn: () => Promise<void>,
): Promise<string[]> {
  const file = program === 'gateway' ? 'cli' : 'daemon';
  const [armed, crashed] = [join(directory, `arm-${file}`), join(directory, `crashed-${file}`)];
  const steps: string[] = [];
  for (let at = 1; at <= MAX_STEPS; at++) {
    writeFileSync(`${armed}.new`, String(at));
    renameSync(`${armed}.new`, armed);
    const over = new AbortController();
    const revived = program === 'gateway' ? startAgain(gateway, crashed, over.signal) : Promise.resolve(true);
    await oneTurn();
    over.abort();
    const isBack = await revived;
    if (disarm(armed)) return steps;
    // It may have crashed after the end of the turn: what follows has steps too.
    if (!isBack) await startAgain(gateway, crashed, NEVER);
    steps.push(readFileSync(crashed, 'utf8'));
    rmSync(crashed);
  }
  throw new Error(`a turn of the ${program} has more than ${MAX_STEPS} steps: it never passed without a crash`);
}

/** False where the program was faster, and has crashed. */
function disarm(armed: string): boolean {
  try {
    rmSync(armed);
    return true;
  } catch {
    return false;
  }
}

/** As whatever supervises a gateway does. The daemon is started by the gateway. */
async function startAgain(gateway: World['gateway'], crashed: string, over: AbortSignal): Promise<boolean> {
  while (!over.aborted && !existsSync(crashed)) await delay(POLL_MS);
  if (!existsSync(crashed)) return false;
  await gateway.end('SIGKILL');
  await gateway.start();
  return true;
}

async function turn({ people }: World, asked: Asked[], kind: Question['kind']): Promise<void> {
  const person = people.get('owner') as Person;
  const nonce = `sweep${asked.length}x`;
  const question: Question = { person: person.name, nonce, kind, follows: 'stream', decides: 'allow', holdMs: 0 };
  const entry: Asked = { question, turnId: null, refused: null, polledEnd: null, streamed: [] };
  asked.push(entry);
  await askAndFollow(person, entry, AbortSignal.timeout(TURN_MS));
}

const NEVER = new AbortController().signal;
const POLL_MS = 10;
// A turn that takes longer than an agent's silence and a restart has been forgotten.
const TURN_MS = 40_000;
// Several times what a turn has.
const MAX_STEPS = 400;
