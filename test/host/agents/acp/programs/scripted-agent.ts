/**
 * An agent that speaks ACP and answers by the first line of what it is asked. It writes its messages by hand, without
 * the library that the host uses. `--state DIR` is where it keeps its conversations, what it was asked, and looks for
 * `release-NAME` files.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { manyLines } from '../../../../../src/demo/answers/sizes.ts';

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: '.' },
    /** It wants to be signed in to. */
    auth: { type: 'boolean', default: false },
    /** Says this before its first message. */
    greet: { type: 'string', default: '' },
    /** Milliseconds before it answers `initialize`. */
    slow: { type: 'string', default: '0' },
    protocol: { type: 'string', default: '1' },
    /** How it takes up a conversation: `load`, `resume` or `none`. */
    again: { type: 'string', default: 'load' },
    /** Writes no ACP at all. */
    chatter: { type: 'boolean', default: false },
    /** Ends at once with this status. */
    exit: { type: 'string' },
    /** Goes on after its input has ended. */
    stubborn: { type: 'boolean', default: false },
    /** What prompts may contain beside text and links: `image`, `embedded`, both, or nothing. */
    takes: { type: 'string', multiple: true, default: [] },
    /** It can be given directories. */
    roots: { type: 'boolean', default: false },
  },
});
const at = (name: string) => join(values.state, name);

interface Message {
  id?: number | string;
  method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: it believes what the host sends
  params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: it believes what the host sends
  result?: any;
}

let requests = 0;
const answers = new Map<number | string, (result: Message['result']) => void>();
/** Aborted when the turn is cancelled. */
let turn: AbortController | null = null;

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function request(method: string, params: object): Promise<Message['result']> {
  const id = `mine-${requests++}`;
  send({ id, method, params });
  return new Promise((resolve) => answers.set(id, resolve));
}

async function receive({ id, method, params, result }: Message): Promise<void> {
  if (method === undefined) return answers.get(id ?? '')?.(result);
  const reply = (value: object) => send({ id, result: value });
  const refuse = (code: number, message: string, data?: object) => send({ id, error: { code, message, data } });
  switch (method) {
    case 'initialize':
      await delay(Number(values.slow));
      return reply({
        protocolVersion: Number(values.protocol),
        agentInfo: { name: 'scripted', version: '1.2.3' },
        agentCapabilities: {
          loadSession: values.again === 'load',
          promptCapabilities: {
            image: values.takes.includes('image'),
            embeddedContext: values.takes.includes('embedded'),
          },
          sessionCapabilities: {
            ...(values.again === 'resume' && { resume: {} }),
            ...(values.roots && { additionalDirectories: {} }),
          },
        },
        authMethods: values.auth ? [{ id: 'login', name: 'Log in', description: 'Run `scripted login`' }] : [],
      });
    case 'session/new':
      if (values.auth) return refuse(-32000, 'Authentication required');
      writeFileSync(at('session.json'), JSON.stringify(params));
      return reply({ sessionId: randomUUID() });
    case 'session/load':
    case 'session/resume': {
      const { sessionId } = params;
      writeFileSync(at('session.json'), JSON.stringify(params));
      if (!existsSync(at(`${sessionId}.json`))) return refuse(-32002, 'Resource not found');
      if (method === 'session/load') update(sessionId, text('This was said before.'));
      return reply({});
    }
    case 'session/cancel':
      turn?.abort();
      return;
    case 'session/prompt': {
      turn = new AbortController();
      const { signal } = turn;
      try {
        const usage = { inputTokens: 12, outputTokens: 3, cachedReadTokens: 30, totalTokens: 45 };
        reply({ stopReason: await prompted(params.sessionId, params.prompt, signal), usage });
      } catch (error) {
        if (signal.aborted) reply({ stopReason: 'cancelled' });
        else refuse(-32603, 'Internal error', { details: (error as Error).message });
      }
      return;
    }
    default:
      refuse(-32601, 'Method not found');
  }
}

function update(sessionId: string, what: object): void {
  send({ method: 'session/update', params: { sessionId, update: what } });
}

function text(words: string) {
  return { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } };
}

function remember(sessionId: string, question: string): number {
  const file = at(`${sessionId}.json`);
  const known: string[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  writeFileSync(file, JSON.stringify([...known, question]));
  return known.length + 1;
}

// biome-ignore lint/suspicious/noExplicitAny: it believes what the host sends
async function prompted(sessionId: string, blocks: any[], signal: AbortSignal): Promise<string> {
  const asked = blocks.findIndex((block) => block.text?.startsWith('[PALIADIN:'));
  const whole = blocks[asked]?.text ?? '';
  writeFileSync(at('blocks.json'), JSON.stringify(blocks.slice(asked + 1)));
  const [, turnId, message = ''] = /^\[PALIADIN:([^\s\]]+)[^\]]*\]\n([\s\S]*)$/.exec(whole) ?? [];
  const sha256 = createHash('sha256').update(message).digest('hex');
  const parts = blocks.length;
  appendFileSync(at('prompts.jsonl'), `${JSON.stringify({ turnId, message, sha256, parts })}\n`);
  const number = remember(sessionId, message);
  const say = (words: string) => update(sessionId, text(words));
  const [first = ''] = message.split('\n');
  const [, command = '', argument = ''] = /^demo (at once|\w+) ?(.*)$/.exec(first) ?? [];
  const trailer = '\n\n<!-- paliadin {"used_tools":[],"rows_seen":null,"classifier_tag":"demo"} -->';
  switch (command) {
    case 'long':
      for (const [piece] of manyLines(300 * 1024).matchAll(/[\s\S]{1,4000}/g)) say(piece);
      break;
    case 'hold':
      say('This is the first half.');
      while (!existsSync(at(`release-${argument}`))) await delay(10, undefined, { signal });
      say('\n\nThis is the second half.');
      break;
    case 'limit':
      throw new Error('usage limit reached, resets 3pm');
    case 'fail':
      throw new Error('overloaded');
    case 'crash':
      say('This is half of an answer, and the other half');
      await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
      return process.exit(Number(argument || 7));
    case 'hang':
      say('I hang.');
      return new Promise(() => {});
    case 'deaf':
      return new Promise(() => {});
    case 'huge':
      say('x'.repeat(9 * 1024 * 1024));
      break;
    case 'nonsense':
      for (let line = 0; line < 200; line++) process.stdout.write(`nonsense ${line}\n`);
      break;
    case 'think':
      update(sessionId, { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'Hm.' } });
      await delay(Number(argument), undefined, { signal });
      say('Thought.');
      break;
    case 'environment':
      say(JSON.stringify(process.env));
      break;
    case 'tool': {
      const toolCallId = 'call-1';
      const title = 'cat /etc/hostname';
      say('I look it up.');
      update(sessionId, { sessionUpdate: 'tool_call', toolCallId, title, kind: 'execute', status: 'pending' });
      update(sessionId, { sessionUpdate: 'tool_call_update', toolCallId, status: 'completed' });
      say('It is done.');
      break;
    }
    case 'approve': {
      const toolCallId = 'call-1';
      const kind = argument === 'read' ? 'read' : 'execute';
      update(sessionId, { sessionUpdate: 'tool_call', toolCallId, title: 'rm -rf x', kind, status: 'pending' });
      const options = [
        { optionId: 'once-1', name: 'Yes', kind: 'allow_once' },
        { optionId: 'always-1', name: 'Always', kind: 'allow_always' },
        { optionId: 'no-1', name: 'No', kind: 'reject_once' },
      ];
      const toolCall = { toolCallId, rawInput: { command: 'rm -rf x', description: 'Remove x' } };
      const { outcome } = await request('session/request_permission', { sessionId, toolCall, options });
      if (outcome.outcome === 'cancelled') return 'cancelled';
      update(sessionId, { sessionUpdate: 'tool_call_update', toolCallId, status: 'completed' });
      say(`You chose ${outcome.optionId}.`);
      break;
    }
    case 'memory': {
      const take = 'const taken = Buffer.alloc(400 * 1024 * 1024, 1); setInterval(() => taken, 1000)';
      if (argument === 'child') spawn(process.execPath, ['-e', take], { stdio: 'ignore', detached: true });
      const taken = argument === 'child' ? null : Buffer.alloc(400 * 1024 * 1024, 1);
      await delay(60_000, undefined, { signal });
      say(`${taken?.length}`);
      break;
    }
    case 'ask': {
      const given = await request('elicitation/create', { sessionId, ...JSON.parse(argument) });
      if (given.action === 'cancel') return 'cancelled';
      say(`You said ${JSON.stringify(given)}.`);
      break;
    }
    case 'at once':
      say('At once.');
      break;
    default:
      say(number === 1 ? 'Hello.' : `This is question ${number} of our conversation.`);
  }
  say(trailer);
  return 'end_turn';
}

if (values.exit !== undefined) {
  process.stderr.write('it can’t start here\n');
  process.exit(Number(values.exit));
}
if (values.greet !== '') process.stdout.write(`${values.greet}\n`);
if (values.chatter) setInterval(() => process.stdout.write('I am no agent\n'), 5);
else {
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => void receive(JSON.parse(line)));
  input.on('close', () => {
    if (!values.stubborn) process.exit(0);
  });
}
if (values.stubborn) setInterval(() => {}, 1000);
