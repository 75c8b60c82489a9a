/** What an agent can see and do in its sandbox, tested from inside with real bubblewrap. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import { sandboxes, WHY_NO_SANDBOX } from './sandboxed.ts';

describe.skipIf(WHY_NO_SANDBOX !== null)(
  `in a sandbox${WHY_NO_SANDBOX ? ` (not here: ${WHY_NO_SANDBOX})` : ''}`,
  () => {
    test('an agent writes in its workspace and home, and both persist', async () => {
      const { root, run } = await sandboxes();
      expect(run('one', 'pwd; echo $HOME; echo mine > own.txt; echo more > ~/kept').out.split('\n')).toEqual([
        join(root, 'homes/one/workspace'),
        join(root, 'homes/one/home'),
      ]);
      expect(run('one', 'cat own.txt ~/kept').out).toBe('mine\nmore');
      expect(readFileSync(join(root, 'homes/one/workspace/own.txt'), 'utf8')).toBe('mine\n');
    });

    test('an agent sees no file of another session, the owner, or the machine’s accounts', async () => {
      const { root, run } = await sandboxes();
      run('two', 'echo theirs > own.txt');
      for (const path of ['homes/two/workspace/own.txt', 'homes/two', 'secret', 'isolation/walls']) {
        expect(run('one', `cat '${join(root, path)}' || ls '${join(root, path)}'`), path).toMatchObject({
          status: 2,
          out: '',
        });
      }
      expect(run('one', `ls '${join(root, 'homes')}'`).out).toBe('one');
      expect(run('one', 'cat /etc/shadow /etc/ssh/* /root/* /home/* /var/log/* /proc/1/root/etc/shadow').out).toBe('');
      expect(run('one', 'cut -d: -f1 /etc/passwd').out).toBe('agent');
      expect(run('one', 'ls /').out.split('\n')).not.toContain('root');
    });

    test('a link, a path with dots, or a hard link does not lead outside', async () => {
      const { root, run } = await sandboxes();
      const outside = `ln -s '${join(root, 'secret')}' link; cat link; cat ../../../secret; ln '${join(root, 'secret')}' hard; cat hard`;
      expect(run('one', outside).out).toBe('');
      expect(run('one', 'cat /proc/self/root/../secret; cat /proc/*/root/root/.profile').out).toBe('');
    });

    test('a link that an agent left in the place of its own directory is not followed', async () => {
      const { root, shared, run } = await sandboxes();
      mkdirSync(join(shared, '.claude'));
      const target = join(root, 'owners');
      mkdirSync(target);
      run('one', 'true');
      // As an agent at a weaker level could have left it.
      rmSync(join(root, 'homes/one/workspace'), { recursive: true });
      symlinkSync(target, join(root, 'homes/one/workspace'));
      expect(run('one', 'echo x > file; pwd').out).toBe(join(root, 'homes/one/workspace'));
      expect(readdirSync(target)).toEqual([]);
      expect(readFileSync(join(root, 'homes/one/workspace/file'), 'utf8')).toBe('x\n');
    });

    test('the owner’s shared files can be read, and not changed', async () => {
      const { shared, run } = await sandboxes();
      mkdirSync(join(shared, 'docs'));
      writeFileSync(join(shared, 'docs', 'rules.md'), 'rules');
      writeFileSync(join(shared, 'CLAUDE.md'), 'be kind');
      expect(run('one', `cat docs/rules.md CLAUDE.md '${shared}/docs/rules.md'`).out).toBe('rulesbe kindrules');
      const changes = [
        'echo x > docs/rules.md',
        'echo x > CLAUDE.md',
        'rm CLAUDE.md',
        `touch '${shared}/new'`,
        'mv CLAUDE.md other',
      ];
      for (const change of changes) expect(run('one', change).status, change).not.toBe(0);
      expect(readFileSync(join(shared, 'docs', 'rules.md'), 'utf8')).toBe('rules');
      writeFileSync(join(shared, 'new.md'), 'new');
      rmSync(join(shared, 'docs'), { recursive: true });
      expect(run('one', 'cat new.md; ls').out.split('\n')).toEqual(['newCLAUDE.md', 'new.md']);
    });

    test('an agent can’t give itself settings or servers, whether or not the owner shares some', async () => {
      const { root, shared, run } = await sandboxes();
      const gives =
        'mkdir -p .claude; echo x > .claude/settings.json; rm -rf .claude; mv .claude c; echo x > .mcp.json; rm -f .mcp.json; ls -A .claude; cat .mcp.json';
      expect(run('one', gives).out).toBe('{"mcpServers":{}}');
      mkdirSync(join(shared, '.claude'));
      writeFileSync(join(shared, '.claude', 'settings.json'), '{"own":1}');
      expect(run('one', `${gives}; cat .claude/settings.json`).out).toBe('settings.json\n{"mcpServers":{}}\n{"own":1}');
      expect(readFileSync(join(shared, '.claude', 'settings.json'), 'utf8')).toBe('{"own":1}');
      expect(existsSync(join(root, 'homes/one/workspace/.claude/settings.json'))).toBe(false);
    });

    test('an agent sees only its own processes, and can signal no other', async () => {
      const { run } = await sandboxes();
      const other = spawn('sleep', ['60']);
      onTestFinished(() => void other.kill());
      expect(run('one', `cat /proc/[0-9]*/comm`).out.split('\n')).not.toContain('node');
      expect(run('one', `kill -9 ${other.pid}; kill -9 -1; true`).status).not.toBeNull();
      expect(other.exitCode ?? other.signalCode).toBeNull();
    });

    test('an agent reaches no port or socket of the machine', async () => {
      const { root, run } = await sandboxes();
      const port = await freePort();
      const ways = [`TCP:127.0.0.1:${port}`, `UNIX-CONNECT:${join(root, 'daemon.sock')}`, `ABSTRACT-CONNECT:${root}`];
      await answering(`TCP-LISTEN:${port},bind=127.0.0.1`, ways[0]);
      await answering(`UNIX-LISTEN:${join(root, 'daemon.sock')}`, ways[1]);
      await answering(`ABSTRACT-LISTEN:${root}`, ways[2]);
      for (const way of ways) expect(run('one', `socat -u ${way} -`).out, way).toBe('');
      expect(run('one', `socat -u TCP:192.0.2.1:80,connect-timeout=1 -`).out).toBe('');
      expect(run('one', 'ls /run; ls -d /var').out).toBe('');
    });

    test('the one allowed port leads to its socket', async () => {
      const { root, run } = await sandboxes();
      mkdirSync(join(root, 'way'));
      const socket = join(root, 'way', 'out.sock');
      await answering(`UNIX-LISTEN:${socket}`, `UNIX-CONNECT:${socket}`);
      const { run: runWithWay } = await sandboxes({ way: { port: 4711, socket } });
      const ask = 'until socat -u TCP:127.0.0.1:4711 - 2>/dev/null; do sleep 0.05; done';
      expect(runWithWay('one', ask).out).toBe('reached');
      expect(run('one', 'socat -u TCP:127.0.0.1:4711 -').out).toBe('');
    });

    test('an agent has no capabilities, even when root runs it', async () => {
      const { run } = await sandboxes();
      expect(run('one', 'grep -E "^Cap(Eff|Prm|Bnd)" /proc/self/status').out).not.toMatch(/\t.*[1-9a-f]/);
      for (const attempt of [
        'mount -t tmpfs x /mnt',
        'unshare -Ur true',
        'unshare -m true',
        'mknod x c 1 1',
        'chroot . true',
        'hostname x',
      ]) {
        expect(run('one', attempt).status, attempt).not.toBe(0);
      }
      expect(run('one', 'echo x > /usr/bin/x; echo x > /etc/x; mkdir /x; echo 1 > /proc/sys/kernel/panic').err).toMatch(
        /Read-only|denied|not permitted/,
      );
    });

    test('an agent sees none of our variables, and not the machine’s host name', async () => {
      const { root, run } = await sandboxes();
      const launch = { env: { PALIADIN_HOOK_TOKEN: 'one.secret' } };
      const variables = run('one', 'env | cut -d= -f1 | sort', launch).out.split('\n');
      expect(variables).toEqual(['HOME', 'LOGNAME', 'PALIADIN_HOOK_TOKEN', 'PATH', 'PWD', 'SHELL', 'TMPDIR', 'USER']);
      expect(run('one', 'hostname').out).toBe('paliadin');
      // Arguments can be read by everybody on the machine.
      const { argv } = (await sandboxes()).isolation.confine('one', { argv: ['/bin/true'], cwd: root, ...launch });
      expect(argv.join(' ')).not.toContain('secret');
    });

    test('an agent has limits on processes, core dumps and file size', async () => {
      const { run } = await sandboxes();
      const { out } = run(
        'one',
        'prlimit --nproc --output=SOFT,HARD --noheadings; ulimit -c; prlimit --fsize --output=HARD --noheadings',
      );
      expect(out.split(/\s+/)).toEqual(['1024', '1024', '0', String(2 * 1024 ** 3)]);
    });

    test('a huge file fails at the limit, and memory-backed directories are bounded', async () => {
      const { root, run } = await sandboxes();
      expect(run('one', 'truncate -s 3G huge').status).not.toBe(0);
      expect(run('one', 'head -c 600M /dev/zero > /tmp/huge; stat -c %s /tmp/huge').out).toBe(
        String(512 * 1024 * 1024),
      );
      expect(
        run('one', 'head -c 2M /dev/zero > /run/huge; head -c 2M /dev/zero > /dev/huge; stat -c %s /run/huge').out,
      ).toBe('1048576');
      expect(readdirSync(join(root, 'homes/one/workspace'))).not.toContain('hard');
      expect(run('one', 'cat /proc/self/oom_score_adj').out).toBe('1000');
    });

    test('everything that an agent started ends with it', async () => {
      const { root, run } = await sandboxes();
      run('one', 'setsid sh -c "while :; do date +%N > beat; sleep 0.02; done" & until [ -s beat ]; do :; done');
      const beat = readFileSync(join(root, 'homes/one/workspace/beat'), 'utf8');
      run('two', 'sleep 0.2');
      expect(readFileSync(join(root, 'homes/one/workspace/beat'), 'utf8')).toBe(beat);
    });

    test('the exit status is the agent’s own', async () => {
      const { run } = await sandboxes();
      expect(run('one', 'exit 7').status).toBe(7);
    });

    test('a shared file does not hide a user’s own file of that name, but an owner’s rule file does', async () => {
      const { shared, run } = await sandboxes();
      run('one', 'echo mine > notes.md; echo mine > AGENTS.md');
      writeFileSync(join(shared, 'notes.md'), 'shared');
      writeFileSync(join(shared, 'AGENTS.md'), 'shared');
      expect(run('one', 'cat notes.md AGENTS.md').out).toBe('mine\nshared');
    });

    test('a hard link that the owner made in a workspace is visible there', async () => {
      const { root, run } = await sandboxes();
      run('one', 'true');
      linkSync(join(root, 'secret'), join(root, 'homes/one/workspace/given'));
      expect(run('one', 'cat given').out).toBe('the owner’s secret');
    });
  },
);

/** A process that answers everybody who connects; seen to do so from here. */
async function answering(listen: string, connect: string | undefined): Promise<void> {
  const server = spawn('socat', [`${listen},fork`, 'SYSTEM:echo reached'], { stdio: 'ignore' });
  onTestFinished(() => void server.kill());
  const reached = () => spawnSync('socat', ['-u', `${connect}`, '-'], { encoding: 'utf8' }).stdout === 'reached\n';
  await until(`${listen} to answer`, async () => reached());
}
