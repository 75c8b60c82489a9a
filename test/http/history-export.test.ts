/** The export of one's own history as a file, and the search in it. */
import { expect, test } from 'vitest';
import { aTurn } from '../store/temporary-store.ts';
import { aPerson, call, runServer } from './running-server.ts';

async function ask(server: Awaited<ReturnType<typeof runServer>>, headers: Record<string, string>, message: string) {
  const { json } = await call(server, 'POST', '/api/turns', { headers, json: { message } });
  return json.turnId as string;
}

test('the export is Markdown, oldest first, in the reader’s language, with the text escaped', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  await ask(server, bearer, 'Which cases are open?\n# not a heading [x](y) \u001b[2J');
  await ask(server, other.bearer, 'a secret of somebody else');
  await ask(server, bearer, 'And which are due?');
  const { status, headers, text } = await call(server, 'GET', '/api/turns/export?locale=de', { headers: bearer });
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/markdown; charset=utf-8',
    'content-disposition': 'attachment; filename="paliadin.md"',
  });
  expect(text).toMatch(/^# Fragen und Antworten von anna\n/);
  expect(text.indexOf('> Which cases are open?')).toBeLessThan(text.indexOf('> And which are due?'));
  expect(text).toContain('> \\# not a heading \\[x\\](y)');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('secret');
});

test('a search finds words in all of one’s own chats, one page at a time', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  const older = await ask(server, bearer, 'Wie steht es um Müller gegen Bosch?');
  await ask(server, bearer, 'Which are due?');
  const newer = await ask(server, bearer, 'And MULLER again?');
  await ask(server, other.bearer, 'Müller, too');
  const find = async (query: string) => (await call(server, 'GET', `/api/turns?${query}`, { headers: bearer })).json;
  const ids = ({ turns }: { turns: { turnId: string }[] }) => turns.map(({ turnId }) => turnId);
  expect(ids(await find('search=mull'))).toEqual([newer, older]);
  const first = await find('search=mull&limit=1');
  expect([ids(first), first.nextBefore]).toEqual([[newer], newer]);
  const rest = await find(`search=mull&limit=1&before=${newer}`);
  expect([ids(rest), rest.nextBefore]).toEqual([[older], null]);
  expect(ids(await find('search=%22%20OR%20*'))).toEqual([]);
  expect(await find('search=x&sessionId=one')).toMatchObject({ code: 'bad_request' });
});

test('a long search does not block other users, and only a few run at once', async () => {
  const server = await runServer();
  const { bearer, user } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  const { store } = server;
  const session = await store.sessions.ofUser(user, { prefix: 'test', host: 'scripted', now: 1 });
  for (let turn = 0; turn < 8; turn++) {
    const { turnId } = aTurn({ user, session });
    await store.turns.insert({ ...aTurn({ user, session }), turnId });
    const change = { status: 'completed' as const, response: 'hay é '.repeat(250_000) };
    await store.turns.write([{ turnId, change, events: [] }]);
  }
  const done: string[] = [];
  const search = async () => {
    const { status } = await call(server, 'GET', '/api/turns?search=needle', { headers: bearer });
    done.push('search');
    return status;
  };
  const searches = Array.from({ length: 7 }, search);
  for (let asked = 0; asked < 3; asked++) {
    expect((await call(server, 'GET', '/api/me', { headers: other.bearer })).status).toBe(200);
    done.push('me');
  }
  expect((await Promise.all(searches)).toSorted()).toEqual([200, 200, 200, 200, 429, 429, 429]);
  expect(done.lastIndexOf('me')).toBeLessThan(done.lastIndexOf('search'));
});
