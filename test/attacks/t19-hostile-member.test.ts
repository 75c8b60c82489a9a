/**
 * T19. A member's agent, which does whatever it is told, makes files in its own workspace and home that lead the host
 * elsewhere, and uses up the machine's resources; and another account of the machine looks for homes and the relay.
 *
 * Verified, without a real agent: a link in the place of an answer, a configuration or a conversation is not followed
 * outside the agent's own files, and does not break the next start; a fork bomb ends at its limit, and with its agent;
 * and the other account reaches no home, no socket of the relay, and by its port nothing without a session's secret.
 * The same with real agents is in `test/agents/hostile-member.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepsConversation, transcriptOf } from '../../src/host/agents/claude/conversations.ts';
import { conversationsOf } from '../../src/host/agents/claude-code.ts';
import { sandboxes, WHY_NO_SANDBOX } from '../host/isolation/sandboxed.ts';
import { relayForTest } from '../host/relay/test-relay.ts';
import { testHost } from '../host/test-host.ts';
import { asNobody, IS_ROOT, NOBODY } from '../support/as-nobody.ts';
import { until } from '../support/until.ts';

const CONVERSATION = '0b0e4f5c-6d0a-4c57-9a40-2f6d9d1a8a55';

test('T19: a link in the place of an answer brings no file of the owner’s into the chat', async () => {
  const host = await testHost({ driver: 'reply-file' });
  const secret = join(host.directory, 'secret');
  writeFileSync(secret, 'the owner’s secret');
  const asked = host.ask('demo hold x');
  await until('the prompt', () => host.prompts().length === 1);
  const reply = join(
    host.directory,
    'sessions/one/agent',
    `${asked.turnId}.${nonceOf(host.directory, asked.turnId)}.md`,
  );
  symlinkSync(secret, reply);
  // A second question is looked for in the same way: by its answer the link has been seen.
  const other = host.ask('demo at once', { session: 'two' });
  await other.outcome;
  host.release('x');
  await asked.outcome;
  expect(asked.text).toMatch(/^This is the first half\./);
  expect(asked.text).not.toContain('secret');
});

describe.skipIf(WHY_NO_SANDBOX !== null)(
  `T19: in a sandbox${WHY_NO_SANDBOX ? ` (not here: ${WHY_NO_SANDBOX})` : ''}`,
  () => {
    /** With a conversation of the owner's, of the same name as the agent's own. */
    async function withOwner() {
      const made = await sandboxes();
      const { root, isolation, run } = made;
      run('one', 'mkdir -p ~/.claude');
      const { cwd } = isolation.homeOf('one');
      const project = cwd.replace(/[^a-zA-Z0-9]/g, '-');
      const owners = join(root, 'owner/.claude');
      mkdirSync(join(owners, 'projects', project), { recursive: true });
      const transcript = join('projects', project, `${CONVERSATION}.jsonl`);
      writeFileSync(join(owners, transcript), '{"parentUuid":null}\n');
      const claude = { program: '/bin/claude', plugin: '/skill', directory: owners };
      return { ...made, owners, transcript, place: conversationsOf(claude, isolation.homeOf('one')) };
    }

    test.each([
      ['its configuration', () => '~/.claude', ''],
      ['the directory of its conversations', () => '~/.claude/projects', 'projects'],
      ['its conversation', (transcript: string) => `~/.claude/${transcript}`, null],
    ] as const)('an agent that links %s to the owner’s is not followed', async (_what, link, target) => {
      const { run, owners, transcript, place } = await withOwner();
      const path = link(transcript);
      const to = join(owners, target ?? transcript);
      const { status } = run('one', `mkdir -p "$(dirname ${path})"; rm -rf ${path}; ln -s '${to}' ${path}`);
      expect(status).toBe(0);
      expect(readFileSync(join(place.directory, transcript), 'utf8')).toContain('parentUuid');
      expect(transcriptOf(place, CONVERSATION)).toBeNull();
      expect(keepsConversation(place, CONVERSATION)).toBe(false);
    });

    test('a deep directory in the place of an owner’s file is moved aside, and delays nothing', async () => {
      const { root, shared, run } = await sandboxes();
      expect(run('one', `mkdir -p CLAUDE.md/${'x/'.repeat(100)}`).status).toBe(0);
      writeFileSync(join(shared, 'CLAUDE.md'), 'be kind');
      expect(run('one', 'cat CLAUDE.md').out).toBe('be kind');
      const left = () => readdirSync(join(root, 'homes/one/workspace')).filter((name) => name.includes('.aside-'));
      expect(left()).toHaveLength(1);
      run('one', 'true');
      expect(left()).toHaveLength(1);
    });

    test.skipIf(!IS_ROOT)('a fork bomb ends at its process limit, and leaves no process behind', async () => {
      const { root, isolation } = await sandboxes();
      const { cwd } = isolation.prepare('one');
      // Root itself is bound by no limit of processes. What the shell counts it counts without starting anything.
      const bomb =
        '(i=0; while [ $i -lt 3000 ]; do sleep 60 & i=$((i+1)); echo $i > count; done); read n < count; echo "$n"';
      const { argv, env } = isolation.confine('one', { argv: ['/bin/sh', '-c', bomb], cwd, env: {} });
      spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, root]);
      const [program, ...args] = argv;
      const { stdout, stderr } = spawnSync(program, args, {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
        env: { PATH: process.env.PATH, ...env },
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect({ started: Number(stdout) > 500 && Number(stdout) < 1024, stderr }).toMatchObject({ started: true });
      expect(stderr).toMatch(/fork/i);
      await until('the end of all of them', () => processesOf(NOBODY, 'sleep') === 0);
    });
  },
);

describe.skipIf(!IS_ROOT)('T19: another account (only root can play one)', () => {
  test('reaches no home, and nothing of the relay without a session’s secret', async () => {
    const { relay, directory, files, token } = await relayForTest();
    const { root, isolation } = await sandboxes({ level: 'directory' });
    isolation.prepare('one');
    isolation.confine('one', { argv: ['/bin/true'], cwd: '/', env: {} });
    // As far as these everybody may walk, as in many a home.
    for (const path of [root, join(directory, '..')]) chmodSync(path, 0o755);
    for (const path of [join(root, 'homes'), join(root, 'homes/one'), join(root, 'isolation'), directory]) {
      expect({ path, mode: statSync(path).mode & 0o077 }).toEqual({ path, mode: 0 });
      expect(await asNobody('ls', path), path).not.toBe(0);
    }
    // Where a directory above should be opened by mistake, these are closed still.
    for (const path of [directory, files.socketDirectory]) chmodSync(path, 0o755);
    for (const socket of [files.socket, files.control]) {
      expect(existsSync(socket)).toBe(true);
      expect(await asNobody(process.execPath, '-e', CONNECT, socket), socket).toBe(EACCES);
    }
    const calls = (secret: string) => asNobody(process.execPath, '-e', CALL, String(relay.port), secret);
    for (const guess of ['', 'one', `one.${'0'.repeat(64)}`]) expect(await calls(guess)).toBe(401 - 256);
    // Nobody hears hooks there: but this one is let in.
    expect(await calls(token('one'))).toBe(503 - 256);
  });
});

function nonceOf(directory: string, turnId: string): string {
  const states = readFileSync(join(directory, 'sessions/one/turns', `${turnId}.json`), 'utf8').split('\n');
  return JSON.parse(states[0] ?? '').nonce;
}

function processesOf(uid: number, name: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return statSync(`/proc/${pid}`).uid === uid && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name;
    } catch {
      return false; // no process, or one that has ended
    }
  }).length;
}

const EACCES = 13;
/** Ends with the number of the error. */
const CONNECT = `require('net').connect(process.argv[1]).on('connect', () => process.exit(0)).on('error', (e) => process.exit(-e.errno))`;
/** Ends with the answer's status, less 256. */
const CALL = `fetch('http://127.0.0.1:' + process.argv[1] + '/paliadin', { method: 'POST', body: '{}', headers: { authorization: 'Bearer ' + process.argv[2] } }).then(({ status }) => process.exit(status - 256))`;
