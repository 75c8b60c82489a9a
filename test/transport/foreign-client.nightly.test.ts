/** Any ACP client can use our host, with the plain SDK and none of our extensions. */
import { Duplex } from 'node:stream';
import {
  client,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk';
import { describe, expect, test } from 'vitest';
import { type TestHost, testHost } from '../host/test-host.ts';
import { until } from '../support/until.ts';
import { listenFor } from './served-host.ts';

type Outcome = RequestPermissionResponse['outcome'];

async function foreignClient(
  host: TestHost,
  decide: (request: RequestPermissionRequest) => Outcome = () => ({ outcome: 'cancelled' }),
) {
  const updates: SessionUpdate[] = [];
  const permissions: string[] = [];
  const app = client({ name: 'somebody else' });
  app.onNotification(methods.client.session.update, ({ params }) => void updates.push(params.update));
  app.onRequest(methods.client.session.requestPermission, async ({ params }) => {
    permissions.push(...params.options.map(({ kind, name }) => `${kind} ${name}`));
    return { outcome: decide(params) };
  });
  const { readable, writable } = Duplex.toWeb(await (await listenFor(host))());
  const { agent } = app.connect(ndJsonStream(writable, readable as ReadableStream<Uint8Array>));
  await agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  const { sessionId } = await agent.request('session/new', { cwd: '/', mcpServers: [] });
  return {
    agent,
    sessionId,
    updates,
    permissions,
    text: () =>
      updates
        .map((update) =>
          update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text' ? update.content.text : '',
        )
        .join(''),
    prompt: (text: string) => agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }),
  };
}

describe('a foreign client', () => {
  test('asks, and gets the answer streamed', async () => {
    const host = await testHost({ driver: 'demo' });
    const somebody = await foreignClient(host);
    const answered = somebody.prompt('demo hold x');
    await until('the first half', () => somebody.text() === 'This is the first half.');
    host.release('x', somebody.sessionId);
    expect(await answered).toMatchObject({ stopReason: 'end_turn' });
    await until('all of it', () => somebody.text().includes('This is the second half.'));
    expect(host.prompts(somebody.sessionId)).toHaveLength(1);
  });

  test('has a conversation of its own', async () => {
    const host = await testHost({ driver: 'demo' });
    const [one, other] = [await foreignClient(host), await foreignClient(host)];
    expect(one.sessionId).not.toBe(other.sessionId);
    await one.prompt('Which cases are open?');
    await one.prompt('And which are due?');
    await other.prompt('Which cases are open?');
    await until('the answers', () => one.text().includes('This is question 2') && other.text() !== '');
    expect(other.text()).not.toContain('This is question');
  });

  test('gets one tool_call, and then its updates', async () => {
    const host = await testHost({ driver: 'demo' });
    const somebody = await foreignClient(host);
    await somebody.prompt('demo tools 1');
    const seen = () =>
      somebody.updates
        .filter((update) => update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update')
        .map(({ sessionUpdate, status }) => `${sessionUpdate} ${status}`);
    await until('the tool', () => seen().length === 2);
    expect(seen()).toEqual(['tool_call in_progress', 'tool_call_update completed']);
  });

  test('is asked for permission, and the turn waits until it is given at the terminal', async () => {
    const host = await testHost({ driver: 'demo' });
    const somebody = await foreignClient(host);
    const answered = somebody.prompt('demo approve');
    await until('the request', () => somebody.permissions.length > 0);
    expect(somebody.permissions).toEqual(['allow_once Yes', 'reject_once No']);
    host.tmux(somebody.sessionId, 'send-keys', '2');
    await answered;
    await until('the answer', () => somebody.text().includes('You denied it'));
  });

  test.each([
    ['allow', 'You allowed it, so I did: delete the lot'],
    ['deny', 'You denied it, so I did not: delete the lot'],
  ])('decides an approval with plain ACP: %s', async (optionId, answer) => {
    const host = await testHost({ driver: 'demo' });
    const asked: RequestPermissionRequest[] = [];
    const somebody = await foreignClient(host, (request) => {
      asked.push(request);
      return { outcome: 'selected', optionId };
    });
    expect(await somebody.prompt('demo approve delete the lot')).toMatchObject({ stopReason: 'end_turn' });
    await until('the answer', () => somebody.text().includes(answer));
    expect(asked).toMatchObject([
      {
        sessionId: somebody.sessionId,
        toolCall: {
          toolCallId: 'approval-1',
          title: 'Allow: delete the lot?',
          content: [{ type: 'content', content: { type: 'text', text: 'delete the lot' } }],
        },
        options: [
          { optionId: 'allow', kind: 'allow_once' },
          { optionId: 'deny', kind: 'reject_once' },
        ],
      },
    ]);
  });

  test('chooses an answer to a question', async () => {
    const host = await testHost({ driver: 'demo' });
    const somebody = await foreignClient(host, ({ options }) => ({
      outcome: 'selected',
      optionId: options.find(({ name }) => name === 'The overdue cases')?.optionId ?? '',
    }));
    await somebody.prompt('demo ask');
    await until('the answer', () => somebody.text().includes('You chose: The overdue cases'));
  });

  test('that chooses an option that was not offered allows nothing, and is asked again', async () => {
    const host = await testHost({ driver: 'demo' });
    const tries = ['Allow', '', 'deny'];
    const somebody = await foreignClient(host, () => ({ outcome: 'selected', optionId: tries.shift() ?? 'deny' }));
    await somebody.prompt('demo approve');
    await until('the answer', () => somebody.text().includes('You denied it'));
    expect(somebody.permissions).toHaveLength(6);
  });

  test('cancels a turn', async () => {
    const host = await testHost({ driver: 'demo' });
    const somebody = await foreignClient(host);
    const answered = somebody.prompt('demo hold x');
    await until('the first half', () => somebody.text() !== '');
    await somebody.agent.notify('session/cancel', { sessionId: somebody.sessionId });
    expect(await answered).toMatchObject({ stopReason: 'cancelled' });
  });

  test.each([
    ['demo crash 7', /^agent_stopped: the agent has ended: exit status 7$/],
    ['demo limit', /^agent_limit: resets 3pm$/],
    [' \n', /^message_invalid: /],
  ])('gets the error of a failed turn: %j', async (message, error) => {
    const somebody = await foreignClient(await testHost({ driver: 'demo' }));
    await expect(somebody.prompt(message)).rejects.toMatchObject({
      code: -32000,
      message: expect.stringMatching(error),
    });
  });
});
