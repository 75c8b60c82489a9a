/** The route that decides an approval, and what the readers of its turn are told. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { turnView } from '../../src/contract/api.ts';
import type { ApprovalRequest } from '../../src/contract/turn.ts';
import { aPerson, call, type Running, runServer, signIn } from './running-server.ts';

const approval: ApprovalRequest = {
  id: 'approval-1',
  title: 'Allow: delete it?',
  options: [
    { id: 'allow', label: 'Yes' },
    { id: 'deny', label: 'No' },
  ],
};

/** A turn in which this waits to be decided. */
async function asked(server: Running, headers: Record<string, string>, request = approval) {
  const { json } = await call(server, 'POST', '/api/turns', { headers, json: { message: 'Delete it.' } });
  const url = `/api/turns/${json.turnId}`;
  await server.agent.happen(json.turnId, [{ type: 'running' }, { type: 'approval', approval: request }]);
  await expect.poll(async () => (await call(server, 'GET', url, { headers })).json.status).toBe('waiting');
  const decide = (body: unknown, id = request.id, more: Record<string, string> = {}) =>
    call(server, 'POST', `${url}/approvals/${encodeURIComponent(id)}`, {
      headers: { ...headers, ...more },
      json: body,
    });
  return { turnId: json.turnId as string, url, decide };
}

test('an approval is shown in its turn, decided, and kept as a decision', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server, { role: 'owner' });
  const { turnId, url, decide } = await asked(server, headers);
  const waiting = turnView.parse((await call(server, 'GET', url, { headers })).json);
  expect(waiting).toMatchObject({ status: 'waiting', approvals: [approval], decisions: [] });

  const { status, json } = await decide({ option: 'deny', message: 'It is needed.' });
  const decision = { option: 'deny', message: 'It is needed.' };
  const decided = {
    approval: { id: 'approval-1', title: approval.title, kind: 'permission' },
    by: 'user',
    ...decision,
  };
  expect([status, turnView.parse(json).decisions]).toEqual([200, [decided]]);
  expect(server.agent.decided).toEqual([{ turnId, id: 'approval-1', decision }]);

  await server.agent.answer(turnId, 'Then not.');
  const { text } = await call(server, 'GET', `${url}/events`, { headers });
  expect([...text.matchAll(/^event: (\S+)$/gm)].map(([, type]) => type)).toEqual(
    expect.arrayContaining(['approval', 'decided', 'approval-closed', 'finished']),
  );
  const { json: page } = await call(server, 'GET', '/api/turns', { headers });
  expect(page.turns[0]).toMatchObject({ status: 'completed', approvals: [], decisions: [decided] });
});

test('an approval is decided once, and an unknown or closed one is not found', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server, { role: 'owner' });
  const { decide } = await asked(server, headers);
  expect(await decide({ option: 'allow' }, 'approval-2')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  const all = await Promise.all(['allow', 'deny', 'allow'].map((option) => decide({ option })));
  expect(all.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  for (const { status, json } of all) if (status !== 200) expect(['not_found', 'conflict']).toContain(json.code);
  expect(server.agent.decided).toHaveLength(1);
  expect((await decide({ option: 'allow' })).status).toBe(404);
});

test.each([
  [{}, /^body: option: /],
  [{ option: '' }, /^body: option: /],
  [{ option: 'x'.repeat(101) }, /^body: option: /],
  [{ option: 'whatever' }, /^option is one of: allow, deny$/],
  [{ option: 'deny', message: 'x'.repeat(2001) }, /^body: message: /],
  [{ option: 'allow', answers: { question: 7 } }, /^body: answers/],
  [{ option: 'allow', answers: ['x'] }, /^body: answers/],
])('%j is refused as a decision', async (body, detail) => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server, { role: 'owner' });
  const { decide } = await asked(server, headers);
  const { status, json } = await decide(body);
  expect([status, json.code]).toEqual([400, 'bad_request']);
  expect(json.detail).toMatch(detail);
  expect(server.agent.decided).toEqual([]);
});

test.each(['a b/ü?#%', '%2e%2e', '<b>"', 'x'.repeat(100)])('an approval with the id %j can be decided', async (id) => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server, { role: 'owner' });
  const { decide } = await asked(server, headers, { ...approval, id });
  expect((await decide({ option: 'allow' })).status).toBe(200);
  expect(server.agent.decided).toMatchObject([{ id }]);
});

test('nobody decides in another user’s turn, not even the owner, or learns whether it exists', async () => {
  const server = await runServer();
  const [owner, anna] = [await aPerson(server, { subject: 'o', role: 'owner' }), await aPerson(server)];
  const { turnId } = await asked(server, owner.bearer);
  const question = await asked(server, anna.bearer, { ...approval, kind: 'question' });
  for (const [{ bearer: headers }, id] of [
    [anna, turnId],
    [owner, question.turnId],
    [anna, randomUUID()],
  ] as const) {
    const path = `/api/turns/${id}/approvals/approval-1`;
    const { status, json } = await call(server, 'POST', path, { headers, json: { option: 'allow' } });
    expect([status, json.code]).toEqual([404, 'not_found']);
  }
  expect(server.agent.decided).toEqual([]);
});

test('a permission asked in a member’s turn is denied at once by policy, and shown as denied', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server);
  const { json } = await call(server, 'POST', '/api/turns', { headers, json: { message: 'Delete it.' } });
  await server.agent.happen(json.turnId, [{ type: 'running' }, { type: 'approval', approval }]);
  await expect.poll(() => server.agent.decided).toMatchObject([{ decision: { option: 'deny' } }]);
  const turn = (await call(server, 'GET', `/api/turns/${json.turnId}`, { headers })).json;
  expect(turn).toMatchObject({ status: 'running', approvals: [], decisions: [{ option: 'deny', by: 'policy' }] });
  const path = `/api/turns/${json.turnId}/approvals/approval-1`;
  expect((await call(server, 'POST', path, { headers, json: { option: 'allow' } })).status).toBe(404);
});

test('a decision without sign-in, or from another origin, is refused', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server, { role: 'owner' });
  const { url, decide } = await asked(server, bearer);
  expect((await decide({ option: 'allow' }, 'approval-1', { origin: 'http://evil.example' })).status).toBe(403);
  const path = `${url}/approvals/approval-1`;
  const json = { option: 'allow' };
  expect((await call(server, 'POST', path, { json })).status).toBe(401);
  const browser = await signIn(server, user);
  for (const headers of [browser, { ...browser, origin: 'null' }]) {
    expect((await call(server, 'POST', path, { headers, json })).status).toBe(403);
  }
  expect(server.agent.decided).toEqual([]);
  expect((await call(server, 'POST', path, { headers: { ...browser, origin: server.origin }, json })).status).toBe(200);
});

test('a decision’s text is not logged', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server, { role: 'owner' });
  const { decide } = await asked(server, headers, { ...approval, detail: 'rm very-secret' });
  await decide({ option: 'deny', message: 'because-of-secret' });
  expect(server.log()).toContain('/approvals/');
  expect(server.log()).not.toMatch(/very-secret|because-of-secret|delete it/);
});
