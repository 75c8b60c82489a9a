/**
 * What each protocol of others adds to our own API: the same question to a demo agent that answers at once, from submit until
 * the client has the end, round after round, so that a busy moment of the machine meets all of them alike.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism, loadavg } from 'node:os';
import { startTestGateway } from '../test/support/gateway.ts';
import { distribution, report } from './support/report.ts';

const WARM_UP = 10;
const ROUNDS = Number(process.env.ROUNDS ?? 200);
const QUESTION = 'demo at once';

await using gateway = await startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error' } });
const me = await gateway.as('owner');
const { sessionId } = await me.answer(QUESTION, { key: randomUUID() });
let previous = '';

const EDGES: Record<string, () => { path: string; body: unknown; headers?: Record<string, string> }> = {
  own: () => ({
    path: '/api/turns',
    body: { message: QUESTION, sessionId },
    headers: { accept: 'text/event-stream' },
  }),
  // In one conversation too: to begin one is not what is measured.
  responses: () => ({
    path: '/v1/responses',
    body: { model: 'paliadin', input: QUESTION, stream: true, previous_response_id: previous },
  }),
  chat: () => ({
    path: '/v1/chat/completions',
    body: {
      model: 'paliadin',
      stream: true,
      messages: [...said, { role: 'user', content: QUESTION }],
    },
  }),
  'ag-ui': () => ({
    path: '/ag-ui',
    body: {
      threadId: sessionId,
      runId: randomUUID(),
      messages: [{ id: randomUUID(), role: 'user', content: QUESTION }],
      tools: [],
      context: [],
    },
  }),
  'ai-sdk': () => ({
    path: '/api/chat',
    body: { id: sessionId, messages: [{ id: randomUUID(), role: 'user', parts: [{ type: 'text', text: QUESTION }] }] },
  }),
};

/** The chat's transcript; it grows with each round, as a client's does. */
const said: { role: string; content: string }[] = [];

async function measure(edge: string): Promise<number> {
  const { path, body, headers = {} } = EDGES[edge]?.() ?? { path: '', body: {} };
  const began = performance.now();
  const response = await me.call('POST', path, { body, headers });
  const text = await response.text();
  const took = performance.now() - began;
  if (!text.includes('At once.')) throw new Error(`${edge}: ${response.status} ${text}`);
  return took;
}

const first = await me.call('POST', '/v1/responses', { body: { model: 'paliadin', input: QUESTION } });
previous = ((await first.json()) as { id: string }).id;
await measure('chat');
said.push({ role: 'user', content: QUESTION }, { role: 'assistant', content: 'At once.' });

const times = new Map<string, number[]>(Object.keys(EDGES).map((edge) => [edge, []]));
const names = Object.keys(EDGES);
for (let round = 0; round < WARM_UP + ROUNDS; round++) {
  // Each begins a round as often as any other: whoever comes after the longest answer finds the least quiet machine.
  for (const edge of names.map((_, at) => names[(at + round) % names.length] ?? '')) {
    const took = await measure(edge);
    if (round >= WARM_UP) times.get(edge)?.push(took);
    if (edge === 'chat') said.push({ role: 'user', content: QUESTION }, { role: 'assistant', content: 'At once.' });
  }
}
const own = times.get('own') ?? [];
report(
  `From submit to the end, ms (${ROUNDS} rounds; load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores)`,
  [...times].map(([edge, took]) => distribution(edge, took)),
);
report(
  'Added to our own API, ms, round by round',
  [...times]
    .filter(([edge]) => edge !== 'own')
    .map(([edge, took]) =>
      distribution(
        edge,
        took.map((time, round) => time - (own[round] ?? 0)),
        'p50 ≤ 3',
      ),
    ),
);
