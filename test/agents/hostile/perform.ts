/** Has the hostile person's agent do everything, in one question, and says what of it was held. */
import { expect } from 'vitest';
import type { ToolCall } from '../model/script.ts';
import type { Attack } from './attack.ts';
import type { Machine } from './machine.ts';

/** By the attacks' ids: whether it was held. */
export type Findings = Map<string, boolean>;

export async function perform(machine: Machine, attacks: Attack[]): Promise<Findings> {
  const commands: [id: string, command: string][] = [];
  const calls: [id: string, call: ToolCall][] = [];
  for (const attack of attacks) {
    const done = attack.does(machine);
    if (typeof done === 'string') commands.push([attack.id, done]);
    else for (const call of done) calls.push([attack.id, call]);
  }
  const script = [ATTEMPT, ...commands.map(([id, command]) => `attempt ${id} ${base64(command)}`)].join('\n');
  const input = { command: script, description: 'Try', timeout: 600_000 };
  const turn = await machine.order('hostile', [[{ tool: 'Bash', input }], calls.map(([, call]) => call)]);
  const [printed = '', ...results] = turn.returned;
  expect(results).toHaveLength(calls.length);
  const findings: Findings = new Map();
  for (const attack of attacks) {
    const returned = calls.some(([id]) => id === attack.id)
      ? results.filter((_, at) => calls[at]?.[0] === attack.id).join('\n')
      : outputOf(attack.id, printed);
    const succeeded = (await attack.succeeded?.(machine, returned)) ?? machine.leaks(returned);
    findings.set(attack.id, !succeeded);
    attack.after?.(machine);
  }
  return findings;
}

/** @throws where the command was not run: that would not be held, but not tried. */
function outputOf(id: string, printed: string): string {
  const [, after] = printed.split(`<<<${id}>>>\n`);
  if (after === undefined) throw new Error(`${id} was not run: ${printed.slice(0, 2000)}`);
  return after.split('\n<<<')[0] ?? '';
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const ATTEMPT =
  'attempt() { printf "\\n<<<%s>>>\\n" "$1"; timeout 15 bash -c "$(echo "$2" | base64 -d)" </dev/null 2>&1 | head -c 2000; }';
