/** An application whose tools are away, slow, or no MCP server: the question is answered, and says what is wrong. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { answerWith, callsOf, useAnyApp } from './use-apps.ts';

const here = useAnyApp({
  PALIADIN_APP_TOOLS_TIMEOUT: '2s',
  PALIADIN_APP_TOOLS_RESULT_KIB: '8',
  PALIADIN_APP_TOOLS_CALLS: '2',
});
const ask = async (message = 'list all things') => (await here.gateway.as('jwt:ana')).answer(message);
const readOnly = { readOnlyHint: true };
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

test.each([
  ['with an error of its own', 500, {}, '', 'HTTP status 500'],
  ['with a page', 200, { 'content-type': 'text/html' }, '<h1>Hello</h1>', 'not one of an MCP server'],
  ['with JSON that is none of MCP', 200, { 'content-type': 'application/json' }, '{"a":1}', 'not one of an MCP server'],
  ['with broken JSON', 200, { 'content-type': 'application/json' }, '{"a":', 'not one of an MCP server'],
  ['with a redirect', 302, { location: 'http://127.0.0.1:1/' }, '', 'redirects (302)'],
  ['that the token is not valid', 401, {}, '', 'does not accept the gateway’s token'],
  ['that this is forbidden', 403, {}, '', 'does not let this person do that'],
])('an application that answers %s', async (_, status, headers, body, says) => {
  here.serve((_, response) => void response.writeHead(status, headers).end(body));
  const turn = await ask();
  expect(turn.status).toBe('completed');
  expect(turn.response.replaceAll('\\', '')).toContain(says);
});

test('an application that never answers', async () => {
  here.serve(() => {});
  expect((await ask()).response).toContain('did not answer within 2 s');
});

test('an application that breaks the connection', async () => {
  here.serve((request) => void request.socket.destroy());
  expect((await ask()).response).toContain('can’t be reached');
});

test('a tool that takes too long, and one that says too much', async () => {
  here.serveTools((server) => {
    const inputSchema = z.object({ word: z.string().optional() });
    server.registerTool('list_slow', { inputSchema, annotations: readOnly }, async () => {
      await delay(60_000, undefined, { ref: false });
      return text('late');
    });
    server.registerTool('list_much', { inputSchema, annotations: readOnly }, async () => text('x'.repeat(10_000_000)));
    server.registerTool('list_more', { inputSchema, annotations: readOnly }, async () => text('x'.repeat(10_000)));
  });
  const slow = await ask('list slow "a"');
  expect(slow.response).toContain('did not answer within 2 s');
  expect(await callsOf(here.gateway, slow.turnId)).toMatchObject([{ tool: 'list_slow', outcome: 'timeout' }]);
  expect((await ask('list much "a"')).response).toContain('answer is too large');
  const more = await ask('list more "a"');
  expect(more.response).toContain('result is too large');
  expect(await callsOf(here.gateway, more.turnId)).toMatchObject([{ outcome: 'failed', resultBytes: null }]);
});

test('2,000 tools are too many: as many as a model can choose from are offered', async () => {
  here.serveTools((server) => {
    for (let at = 0; at < 2000; at += 1) {
      server.registerTool(`list_thing_${at}`, { annotations: readOnly }, async () => text(`thing ${at}`));
    }
  });
  expect((await ask('list thing')).response).toContain('thing 0');
  expect(here.gateway.log).toContain('1872 can’t be offered');
});

test('an application of the form before 2026, with its sessions, is asked as well', async () => {
  here.serveTools((server) => {
    const inputSchema = z.object({ word: z.string() });
    server.registerTool('list_old', { inputSchema, annotations: readOnly }, async ({ word }) => text(`old ${word}`));
  }, 'legacy');
  expect((await ask('list old "songs"')).response).toContain('old songs');
});

test.each(['any', 'legacy'] as const)('what a tool wants to know is asked on a card (%s)', async (era) => {
  here.serveTools((server) => {
    const requestedSchema = {
      type: 'object' as const,
      properties: {
        colour: { type: 'string' as const, enum: ['red', 'blue'], description: 'Which colour?' },
        count: { type: 'integer' as const, minimum: 1, maximum: 9, description: 'How many?' },
        sure: { type: 'boolean' as const, description: 'Are you sure?' },
      },
      required: ['colour', 'count', 'sure'],
    };
    server.registerTool('list_paint', { annotations: readOnly }, async ({ mcpReq }) => {
      if (era === 'legacy') {
        const { action, content } = await mcpReq.elicitInput({ message: 'Please choose', requestedSchema });
        return text(`${action} ${JSON.stringify(content)}`);
      }
      const { inputRequired, inputResponse } = await import('@modelcontextprotocol/server');
      const told = inputResponse(mcpReq.inputResponses, 'paint');
      if (told.kind !== 'elicit') {
        const elicit = inputRequired.elicit({ message: 'Please choose', requestedSchema });
        return inputRequired({ inputRequests: { paint: elicit } });
      }
      return text(`${told.action} ${JSON.stringify('content' in told ? told.content : null)}`);
    });
  }, era);
  const ana = await here.gateway.as('jwt:ana');
  const answers = { 'Which colour?': 'blue', 'Are you sure?': 'Yes' };
  let times = 0;
  const { turn, seen } = await answerWith(ana, 'list paint', () => {
    times += 1;
    return { option: 'answer', answers: { ...answers, 'How many?': times === 1 ? '12' : '3' } };
  });
  expect(seen.map(({ title, kind, detail }) => ({ title, kind, detail }))).toEqual([
    { title: 'A question of the application', kind: 'question', detail: 'Please choose' },
    { title: 'The application can’t take that answer. Please check it:', kind: 'question', detail: 'Please choose' },
  ]);
  expect(turn.response.replaceAll('\\', '')).toContain('accept {"colour":"blue","count":3,"sure":true}');
});

test('what can’t be asked on a card is declined', async () => {
  here.serveTools((server) => {
    server.registerTool('list_paint', { annotations: readOnly }, async ({ mcpReq }) => {
      // Two fields that read the same: an answer would be for either.
      const same = { type: 'string' as const, description: 'Which?' };
      const requestedSchema = { type: 'object' as const, properties: { one: same, other: same } };
      const { action } = await mcpReq.elicitInput({ message: 'Odd', requestedSchema });
      return text(`so: ${action}`);
    });
  }, 'legacy');
  expect((await ask('list paint')).response).toContain('so: decline');
});
