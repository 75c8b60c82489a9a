/**
 * A forced command that knows only `health`, `run-turn` and `reset`, as an owner may have written one.
 * It writes each call to a file in the home directory, and answers what the question asks for.
 */
import { appendFileSync, existsSync, watch } from 'node:fs';
import { join } from 'node:path';

// Its connection is cut, or its test has ended: it would hang, or wait for a file, for ever.
const sshd = process.ppid;
setInterval(() => process.ppid === sshd || process.exit(), 100).unref();

const home = process.env.HOME ?? '';
const [verb = '', session = '', turnId = '', base64 = ''] = (process.env.SSH_ORIGINAL_COMMAND ?? '').split(' ');
const message = Buffer.from(base64, 'base64').toString();
appendFileSync(join(home, 'calls.jsonl'), `${JSON.stringify({ verb, session, turnId, message })}\n`);

switch (verb) {
  case 'health':
    if (session.endsWith('hang')) await forever();
    process.stdout.write('ok\n');
    break;
  case 'reset':
    process.stdout.write('ok\n');
    break;
  case 'run-turn':
    await runTurn();
    break;
  default:
    process.stderr.write('usage: health | run-turn | reset\n');
    process.exit(2);
}

async function runTurn(): Promise<void> {
  const [order, name = ''] = message.split(' ');
  if (order === 'hang') await forever();
  if (order === 'hold') await appears(join(home, `release-${name}`));
  if (order === 'timeout') process.exit(124);
  if (order === 'die') process.kill(process.pid, 'SIGKILL');
  if (order === 'crash') throw new Error('it broke');
  if (order === 'refuse') {
    process.stderr.write('paliadin-shim: agent_not_ready: a dialog is open\n');
    process.exit(69);
  }
  const answer = order === 'big' ? 'ü'.repeat(300_000) : `You said ${Buffer.byteLength(message)} bytes.`;
  process.stdout.write(
    `${answer}\n<!-- paliadin {"used_tools":["plain"],"rows_seen":3,"classifier_tag":"plain"} -->\n`,
  );
}

async function appears(file: string): Promise<void> {
  const watching = watch(home);
  while (!existsSync(file)) await new Promise((resolve) => watching.once('change', resolve));
  watching.close();
}

function forever(): Promise<never> {
  setInterval(() => {}, 3_600_000);
  return new Promise(() => {});
}
