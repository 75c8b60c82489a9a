/** `host add --service`, with a real systemd that manages the account's services. */
import { execFileSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { startOtherAccount, WHY_NO_SYSTEMD } from '../support/other-account.ts';
import { until } from '../support/until.ts';
import { failures, newOwner, through } from './owner.ts';

// Two installations, two doctors, a removal, and questions between.
const LONG = 180_000;
const skipped = WHY_NO_SYSTEMD === null ? '' : ` (not here: ${WHY_NO_SYSTEMD})`;

describe.skipIf(WHY_NO_SYSTEMD !== null)(`the daemon as a service${skipped}`, () => {
  test('runs under systemd, stops without its terminals, is removed with the host', { timeout: LONG }, async () => {
    await using account = await startOtherAccount({ systemd: true });
    const owner = await newOwner();
    onTestFinished(() => owner.dispose());
    const there = (command: string) =>
      execFileSync('ssh', ['-F', account.sshConfig, 'laptop@my-laptop', command], {
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    const systemctl = (...args: string[]) =>
      there(`XDG_RUNTIME_DIR=/run/user/${account.uid} systemctl --user ${args.join(' ')}`);
    const pidsOf = (word: string) =>
      account
        .processes()
        // tmux has the agent's command line in its own.
        .filter(({ command }) => /^\S*node /.test(command) && command.includes(word))
        .map(({ pid }) => pid);
    const daemons = () => pidsOf('paliadin-shim.mjs daemon');
    const mainPid = () => Number(systemctl('show paliadin-host --property MainPID --value'));
    const add = (...more: string[]) =>
      owner.cli('host', 'add', account.target, ...through(account, owner), '--agent', 'demo', ...more);

    // One that was started by a connection gives way.
    expect((await add()).code).toBe(0);
    const [byConnection] = daemons();
    expect(byConnection).toBeGreaterThan(0);
    const { code, stdout } = await add('--service');
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect(stdout).toContain('loginctl enable-linger');
    expect(daemons()).toEqual([mainPid()]);
    expect(daemons()).not.toEqual([byConnection]);
    expect(systemctl('is-enabled paliadin-host')).toBe('enabled');

    await using gateway = await startTestGateway({ stateDir: owner.stateDir });
    const client = await gateway.as('owner');
    expect((await client.answer('Which cases are due this week?')).status).toBe('completed');
    // The gateway took the service's daemon, and put none in its place.
    expect(daemons()).toEqual([mainPid()]);

    const agents = pidsOf('demo-agent');
    systemctl('restart paliadin-host');
    expect(pidsOf('demo-agent')).toEqual(agents);
    expect((await client.answer('And next week?')).status).toBe('completed');
    expect(pidsOf('demo-agent')).toEqual(agents);

    await gateway.end('SIGTERM'); // it would start a daemon again
    const removed = await owner.cli('host', 'remove', '--settings', owner.settings);
    expect([removed.code, failures(removed.stdout)]).toEqual([0, []]);
    expect(() => systemctl('is-enabled paliadin-host')).toThrow();
    await until('all processes to end', () => [...daemons(), ...pidsOf('demo-agent')].length === 0);
  });
});
