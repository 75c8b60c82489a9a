/**
 * When a turn is over: where the log leaves it open, the transcript decides. Its lines are as real agents write them.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { appendToLog, type LogEntry, logFile } from '../../../../src/host/agents/claude/log.ts';
import { watchClaude } from '../../../../src/host/agents/claude/watch.ts';
import type { AgentSignal } from '../../../../src/host/agents/driver.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { until } from '../../../support/until.ts';

const TURN = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const TIMES = { quietMs: 20, settledMs: 30, backgroundMs: 300 };
let transcript: string;
let log: (...entries: LogEntry[]) => void;
let told: AgentSignal[];
let isOver: boolean;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  transcript = join(path, 'transcript.jsonl');
  log = (...entries) => appendToLog(logFile(path, TURN), entries);
  log({ event: 'prompt' }, { event: 'bound', promptId: 'p', transcript });
  told = [];
  isOver = false;
  const stop = new AbortController();
  const turn = {
    turnId: TURN,
    log: logFile(path, TURN),
    transcript: () => null,
    transcripts: path,
    times: TIMES,
    stopping: new AbortController().signal,
    onDeaf: () => {},
    onEnd: () => {},
  };
  const follow = async () => {
    for await (const signal of watchClaude(turn, stop.signal)) told.push(signal);
    isOver = true;
  };
  const followed = follow();
  onTestFinished(async () => {
    stop.abort();
    await followed;
  });
});

/** As they stand in a chain, a second apart. */
let lines = 0;
function write(...written: object[]): void {
  for (const line of written) {
    const links = { uuid: `${++lines}`, parentUuid: lines === 1 ? null : `${lines - 1}`, sessionId: 's' };
    const timestamp = new Date(lines * 1000).toISOString();
    appendFileSync(transcript, `${JSON.stringify({ ...links, timestamp, ...line })}\n`);
  }
}
beforeEach(() => {
  lines = 0;
});
const asked = { type: 'user', promptId: 'p', message: { content: `[PALIADIN:${TURN}]\nhello` } };
const said = (text: string) => ({
  type: 'assistant',
  message: { id: text, model: 'm', content: [{ type: 'text', text }], stop_reason: 'end_turn' },
});
const sentOn = { type: 'user', promptId: 'p', isMeta: true, message: { content: 'Stop hook feedback:\nnot yet' } };
const stopped = { type: 'system', subtype: 'stop_hook_summary', hookCount: 2 };
const text = (delta: string): LogEntry => ({ event: 'text', delta });
const end = () => told.at(-1)?.type;
/** As long as it takes to end what could be over, ten times. */
const aWhile = () => delay(10 * (TIMES.quietMs + TIMES.settledMs));

test('a stop with Stop hooks of the owner’s ends the turn once the hooks are done', async () => {
  log(text('one'), { event: 'stopping' });
  write(asked, said('one'));
  await aWhile();
  expect(isOver).toBe(false);
  write(stopped);
  await until('the end', () => isOver);
  expect(end()).toBe('stopped');
});

test('a stop that a Stop hook prevented does not end the turn, however long the model then thinks', async () => {
  log(text('one'), { event: 'stopping' });
  write(asked, said('one'), sentOn, stopped);
  await aWhile();
  expect(isOver).toBe(false);
  log(text('\n\ntwo'), { event: 'stopping' });
  await aWhile();
  expect(isOver).toBe(false);
  write(said('two'), stopped);
  await until('the end', () => isOver);
  expect(told.flatMap((signal) => (signal.type === 'text' ? [signal.delta] : [])).join('')).toBe('one\n\ntwo');
  expect(end()).toBe('stopped');
});

test('a turn stays open while a subagent’s approval is open, and ends soon after it', async () => {
  const approval = { id: 'a', title: 'Run a command', options: [] };
  write(asked, said('It looks.'));
  log(text('It looks.'), { event: 'paused' }, { event: 'tool', id: 't', title: 'Running', status: 'running' });
  log({ event: 'approval', ...approval });
  await delay(2 * TIMES.backgroundMs);
  expect(isOver).toBe(false);
  log({ event: 'approval-closed', id: 'a' });
  await until('the end', () => isOver);
  expect(told.at(-1)).toMatchObject({ type: 'stopped', detail: expect.stringContaining('in the background') });
});
