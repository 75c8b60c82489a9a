/** A gateway with two hosts on its list, each behind an sshd of its own. */
import { expect, test } from 'vitest';
import { createHostListService } from '../../../src/services/host-list.ts';
import { cliEnv, runCli } from '../../cli/run-cli.ts';
import type { TestGateway } from '../../support/gateway.ts';
import type { Laptop } from '../../support/laptop.ts';
import { hostViews, listHost, listHosts } from '../../support/listed-hosts.ts';
import { LONG_MS, useTwoHosts } from '../../support/two-hosts.ts';
import { until } from '../../support/until.ts';

const LONG = LONG_MS;
let small: Laptop;
let large: Laptop;
let gateway: TestGateway;
const cli = (...args: string[]) => runCli(cliEnv(gateway), ...args);

useTwoHosts(
  { small: 3, large: 9 },
  {
    listed: false,
    async prepare(hosts) {
      gateway = hosts.gateway;
      ({ small, large } = hosts.laptops);
    },
  },
);

async function sessionOf(subject: string): Promise<{ name: string; host: string | undefined }> {
  const { name } = (await (await gateway.as(subject)).me()).session;
  return { name, host: (await (await gateway.store()).sessions.get(name))?.host };
}

const echoed = (word: string) => `\`\`\`\ndemo echo ${word}\n\`\`\``;
/** As the agent of another host is told it. */
const asQuoted = (word: string) => `> Question: demo echo ${word}\n> Answer: ${echoed(word).replaceAll('\n', '\n> ')}`;
const hostOf = async (subject: string) => (await sessionOf(subject)).host;
const promptsOn = async (laptop: Laptop, subject: string) => laptop.prompts((await sessionOf(subject)).name);

test('a running gateway takes the hosts of the list instead of its own machine', { timeout: LONG }, async () => {
  expect((await hostViews(gateway)).hosts).toMatchObject([{ backend: 'local' }]);
  await listHosts(gateway, { small, large });
  expect((await hostViews(gateway)).hosts).toMatchObject([
    { name: 'large', backend: 'remote', presence: 'here', room: { panes: 9 }, enabled: true, draining: false },
    { name: 'small', backend: 'remote', presence: 'here', room: { panes: 3 }, enabled: true, draining: false },
  ]);
});

test('a new session goes to the host with most room, and stays on its host', { timeout: LONG }, async () => {
  // Six fill the larger one down to what the smaller one has; then the name decides.
  const people = ['anna', 'bert', 'cleo', 'dana', 'emil', 'fred', 'greta'];
  for (const subject of people) expect([subject, await hostOf(subject)]).toEqual([subject, 'large']);
  expect(await hostOf('gina')).toBe('small');
  const [anna, gina] = [await gateway.as('anna'), await gateway.as('gina')];
  for (const word of ['one', 'two']) {
    expect(await anna.answer(`demo echo ${word}`)).toMatchObject({
      status: 'completed',
      response: echoed(word),
      notices: [],
    });
    expect(await gina.answer(`demo echo ${word}`)).toMatchObject({ status: 'completed', response: echoed(word) });
  }
  expect((await promptsOn(large, 'anna')).map(({ message }) => message)).toEqual(['demo echo one', 'demo echo two']);
  expect(await promptsOn(small, 'anna')).toEqual([]);
  expect(await promptsOn(small, 'gina')).toHaveLength(2);
});

test('metrics, sessions and doctor name each host', { timeout: LONG }, async () => {
  const owner = await gateway.as('owner');
  const metrics = await (await owner.call('GET', '/metrics')).text();
  for (const name of ['small', 'large']) {
    expect(metrics).toContain(`paliadin_host_up{host="${name}",backend="remote",mode="channel"} 1`);
    expect(metrics).toMatch(new RegExp(`paliadin_host_panes_free\\{host="${name}"\\} \\d`));
  }
  const sessions = await cli('sessions', '--json');
  const shown: { user: string }[] = JSON.parse(sessions.stdout);
  expect(
    shown.filter(({ user }) => ['anna', 'gina'].includes(user)).sort((a, b) => (a.user < b.user ? -1 : 1)),
  ).toMatchObject([
    { user: 'anna', host: 'large', state: 'idle' },
    { user: 'gina', host: 'small', state: 'idle' },
  ]);
  const doctor = JSON.parse((await cli('doctor', '--json')).stdout);
  const steps = doctor.checks.filter(({ step }: { step: string }) => step === 'host' || step === 'channel');
  expect(steps).toMatchObject([
    { step: 'host', found: expect.stringContaining('large: ') },
    { step: 'channel', ok: true },
    { step: 'host', found: expect.stringContaining('small: ') },
    { step: 'channel', ok: true },
  ]);
});

test('a host that is away fails its own sessions only', { timeout: LONG }, async () => {
  const [anna, gina] = [await gateway.as('anna'), await gateway.as('gina')];
  await small.stopListening();
  small.cut();
  await until('the gateway to notice', async () =>
    (await hostViews(gateway)).hosts.some(({ name, presence }) => name === 'small' && presence === 'away'),
  );
  expect(await gina.answer('demo echo three')).toMatchObject({
    status: 'failed',
    error: { code: 'mriver_unreachable' },
  });
  expect(await anna.answer('demo echo three')).toMatchObject({ status: 'completed', response: echoed('three') });
  // Its health is failing: it gets nobody, though nobody is on it.
  for (const subject of ['hugo', 'ida', 'jan', 'kim']) expect(await hostOf(subject)).toBe('large');
  const sessions = await cli('sessions', '--json');
  expect(sessions.stderr).toContain('what runs on small is not known');
  await small.startListening();
  await until('the host to be back', async () =>
    (await hostViews(gateway)).hosts.some(({ name, presence }) => name === 'small' && presence === 'here'),
  );
  expect(await gina.answer('demo echo four')).toMatchObject({
    status: 'completed',
    response: echoed('four'),
    notices: [],
  });
});

test('a conversation that is moved begins anew on the other host, which is told the last questions and answers', {
  timeout: LONG,
}, async () => {
  const [anna, owner] = [await gateway.as('anna'), await gateway.as('owner')];
  const { name } = await sessionOf('anna');
  const path = `/api/admin/sessions/${name}/move`;
  const move = async (host: string) => owner.call('POST', path, { body: { host } });
  expect((await move('nowhere')).status).toBe(404);
  expect((await move('large')).status).toBe(409);
  expect(await (await move('small')).json()).toMatchObject({ name, host: 'small', generation: 2 });
  expect((await anna.me()).session).toMatchObject({ generation: 2, moved: true });
  const turn = await anna.answer('demo echo five');
  expect(turn).toMatchObject({
    status: 'completed',
    response: expect.stringContaining('demo echo five'),
    notices: ['moved'],
    generation: 2,
  });
  const [first] = await promptsOn(small, 'anna');
  expect(first?.turnId).toBe(turn.turnId);
  expect(first?.message).toBe(
    'demo echo five\n\nSaid earlier, in another conversation, and answered there:\n' +
      ['one', 'two', 'three'].map(asQuoted).join('\n> \n'),
  );
  // Only the first.
  expect(await anna.answer('demo echo six')).toMatchObject({ response: echoed('six'), notices: [] });
  expect((await promptsOn(small, 'anna'))[1]?.message).toBe('demo echo six');
  // Back by the command line: the conversation that was left there does not go on.
  const back = await cli('sessions', 'move', 'anna', 'large');
  expect([back.code, back.stderr]).toEqual([0, '']);
  expect(await anna.answer('demo echo seven')).toMatchObject({
    response: expect.stringContaining('demo echo seven'),
    notices: ['moved'],
    generation: 3,
  });
  const last = (await promptsOn(large, 'anna')).at(-1)?.message;
  expect(last).toContain('> Question: demo echo six');
  expect(last).not.toMatch(/^> Question: demo echo one/m);
  const log = await (await gateway.store()).audit.list({ action: 'session.moved', limit: 9 });
  expect(log.map(({ actor, detail: { from, to, because } }) => [actor === 'cli', from, to, because])).toEqual([
    [true, 'small', 'large', 'asked'],
    [false, 'large', 'small', 'asked'],
  ]);
});

test('a conversation with an open turn is not moved by the command line', { timeout: LONG }, async () => {
  const anna = await gateway.as('anna');
  const { turnId } = await anna.ask('demo hold x');
  await anna.until(turnId, 'running');
  const { code, stderr } = await cli('sessions', 'move', 'anna', 'small');
  expect([code, stderr]).toEqual([1, expect.stringContaining('a turn of this conversation is open')]);
  expect(await anna.cancel(turnId)).toMatchObject({ status: 'cancelled' });
});

test('a draining host gets no new sessions, and answers those that live there', { timeout: LONG }, async () => {
  expect((await cli('host', 'drain', 'large')).code).toBe(0);
  await until('the gateway to notice', async () =>
    (await hostViews(gateway)).hosts.some(({ name, draining }) => name === 'large' && draining),
  );
  for (const subject of ['lena', 'mona', 'nils', 'otto', 'paul']) expect(await hostOf(subject)).toBe('small');
  expect(await (await gateway.as('bert')).answer('demo echo one')).toMatchObject({ response: echoed('one') });
  const list = JSON.parse((await cli('host', 'list', '--json')).stdout);
  expect(list).toMatchObject([
    { name: 'large', draining: true, open: 0 },
    { name: 'small', draining: false },
  ]);
  expect((await cli('host', 'list')).stdout).toMatch(/large .*draining/);
});

test('an admin drains a host over HTTP, at once and on record; a member can’t', { timeout: LONG }, async () => {
  const [owner, anna] = [await gateway.as('owner'), await gateway.as('anna')];
  const change = (who: typeof owner, name: string, body: unknown) =>
    who.call('PATCH', `/api/admin/hosts/${name}`, { body });
  expect((await change(anna, 'small', { draining: true })).status).toBe(403);
  expect((await change(owner, 'nowhere', { draining: true })).status).toBe(404);
  expect((await change(owner, 'small', { draining: true, enabled: false })).status).toBe(400);
  for (const draining of [true, false]) {
    expect(await (await change(owner, 'small', { draining })).json()).toEqual({
      name: 'small',
      enabled: true,
      draining,
    });
    const { hosts } = await hostViews(gateway);
    expect(hosts.find(({ name }) => name === 'small')).toMatchObject({ listed: true, draining });
  }
  const { audit } = await gateway.store();
  const { id } = (await owner.me()).user;
  expect(await audit.list({ limit: 2, action: 'host.changed' })).toMatchObject([
    { actor: id, detail: { host: 'small', draining: false } },
    { actor: id, detail: { host: 'small', draining: true } },
  ]);
});

test('a host is removed once its open turns have ended, and its conversations go on elsewhere', {
  timeout: LONG,
}, async () => {
  const bert = await gateway.as('bert');
  const { name } = await sessionOf('bert');
  const { turnId } = await bert.ask('demo hold y');
  await bert.until(turnId, 'running');
  const service = createHostListService({ store: await gateway.store(), stopTurns: async () => {}, clock: Date.now });
  const removing = service.remove({ id: 'cli', role: 'owner' }, 'large', {
    waitMs: 60_000,
    onWait: () => large.release('y', name),
  });
  expect(await bert.finished(turnId)).toMatchObject({ status: 'completed' });
  await removing;
  await until('the gateway to notice', async () => (await hostViews(gateway)).hosts.length === 1);
  expect(await bert.answer('demo echo two')).toMatchObject({
    response: expect.stringContaining('demo echo two'),
    notices: ['moved'],
    generation: 2,
  });
  expect(await hostOf('bert')).toBe('small');
});

test('what is still open when the wait is over is stopped', { timeout: LONG }, async () => {
  await listHost(await gateway.store(), 'large', large);
  await until('the gateway to notice', async () => (await hostViews(gateway)).hosts.length === 2);
  const gina = await gateway.as('gina');
  const { turnId } = await gina.ask('demo hold z');
  await gina.until(turnId, 'running');
  const { stdout } = await cli('host', 'remove', 'small', '--wait', '0');
  expect(stdout).toContain('small is off the list');
  expect(await gina.turn(turnId)).toMatchObject({ status: 'cancelled' });
});
