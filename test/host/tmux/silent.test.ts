/** A tmux server that hangs: it accepts commands and does not answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openControl } from '../../../src/host/tmux/control.ts';
import { openPane } from '../../../src/host/tmux/pane.ts';
import { findPane } from '../../../src/host/tmux/server.ts';
import { removeProbes } from '../../../src/host/tmux/socket-path.ts';
import { signal, startedFor } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { type TestTmux, temporaryTmux } from './temporary-tmux.ts';

const SILENT = {
  code: 'agent_not_ready',
  detail: expect.stringContaining('the session’s tmux server does not answer'),
};

async function hurried(): Promise<TestTmux> {
  const tmux = await temporaryTmux();
  tmux.setup.answerMs = 300;
  return tmux;
}

const attach = ({ socket }: TestTmux) => ['-S', socket, 'attach-session', '-t', '=test:'];

/** Stops the session's server, until the test has ended. */
function stop(tmux: TestTmux): number {
  const server = Number(tmux.tmux('display-message', '-p', '#{pid}'));
  signal(server, 'SIGSTOP');
  onTestFinished(() => signal(server, 'SIGCONT'));
  return server;
}

describe('a tmux server that hangs', () => {
  test('fails each command in time, and answers the next when it continues', async () => {
    const tmux = await hurried();
    const pane = await tmux.start(['sh', '-c', 'echo here; sleep 60']);
    const server = stop(tmux);
    await expect(pane.screen()).rejects.toMatchObject(SILENT);
    await expect(pane.ended()).rejects.toMatchObject(SILENT);
    signal(server, 'SIGCONT');
    // Late answers are nobody else's.
    await until('an answer', async () => (await pane.screen().catch(() => null))?.lines.includes('here'));
    expect(await pane.ended()).toBeNull();
    expect(pane.lost).toBe(false);
  });

  test('is not taken for one that has ended, and the client that looked for it ends', async () => {
    const tmux = await hurried();
    const pane = await tmux.start(['sleep', '60']);
    await pane.detach();
    const server = stop(tmux);
    await expect(findPane(tmux.setup, tmux.socket, 'test')).rejects.toMatchObject(SILENT);
    expect(existsSync(tmux.socket)).toBe(true);
    await until('the end of our clients', () => startedFor(tmux.socket).every((pid) => pid === server));
    signal(server, 'SIGCONT');
    expect((await findPane(tmux.setup, tmux.socket, 'test'))?.pid).toBe(pane.pid);
  });

  test('is ended with its program when told to', async () => {
    const tmux = await hurried();
    const pane = await tmux.start(['sleep', '60']);
    const server = stop(tmux);
    await pane.kill();
    expect(pane.lost).toBe(true);
    await until('the end of both', () => ![server, pane.pid].some((pid) => existsSync(`/proc/${pid}/exe`)));
  });

  test('during a paste is killed: the text would reach the input box later', async () => {
    const tmux = await hurried();
    const started = await tmux.start(['sh', '-c', 'printf "\\033[?2004h"; sleep 60']);
    await until('bracketed paste', () => started.bracketedPaste);
    const control = await openControl(tmux.setup.tmux, attach(tmux), { ...tmux.setup, cwd: '/' });
    const pane = await openPane(control, { bracketedPaste: true, reattach: async () => null });
    const run = control.runNested.bind(control);
    let server = 0;
    control.runNested = (...args) => {
      server = stop(tmux);
      return run(...args);
    };
    await expect(pane.paste('words', join(tmux.directory, 'prompt'))).rejects.toMatchObject(SILENT);
    await until('the end of both', () => ![server, pane.pid].some((pid) => existsSync(`/proc/${pid}/exe`)));
  });

  test('does not block detaching', async () => {
    const tmux = await hurried();
    const pane = await tmux.start(['sleep', '60']);
    const server = stop(tmux);
    await pane.detach();
    await until('the end of our client', () => startedFor(tmux.socket).every((pid) => pid === server));
  });

  test('can’t be opened, and leaves no client behind', async () => {
    const tmux = await hurried();
    await tmux.start(['sleep', '60']);
    stop(tmux);
    const opened = openControl(tmux.setup.tmux, attach(tmux), { ...tmux.setup, cwd: '/' });
    await expect(opened).rejects.toMatchObject(SILENT);
  });
});

test('a daemon killed while it probes a pane leaves no probe behind', async () => {
  const tmux = await hurried();
  const pane = await tmux.start(['sleep', '60']);
  await pane.detach();
  const module = (path: string) => new URL(`../../../src/host/tmux/${path}`, import.meta.url);
  const sockets = join(tmux.directory, 'sockets');
  const program = `import { probeBracketedPaste } from '${module('paste-probe.ts')}';
    await probeBracketedPaste(${JSON.stringify(tmux.setup)}, '${tmux.socket}', 'test');`;
  const prober = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
  onTestFinished(() => void prober.kill('SIGKILL'));
  const isProbe = (name: string) => /^socket\.\w{4}$/.test(name) && startedFor(join(sockets, name)).length > 0;
  const probe = await until('the probe', () => readdirSync(sockets).find(isProbe));
  await until('the client in it', () => tmux.tmux('list-clients', '-F', '#{client_flags}').includes('read-only'));
  const ended = once(prober, 'exit');
  prober.kill('SIGKILL');
  await ended;
  await until('the probe to end', () => startedFor(join(sockets, probe)).length === 0);
  await until('its client to leave', () => tmux.tmux('list-clients', '-F', '#{client_pid}') === '');
  await removeProbes(sockets);
  expect(readdirSync(sockets).filter((name) => name.startsWith(probe))).toEqual([]);
  expect(readdirSync(sockets)).toContain('socket');
});
