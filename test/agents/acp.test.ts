/** Agents of two makers that speak ACP, each with the scripted model: what the host promises of them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HostUpdate } from '../../src/contract/host.ts';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { putFiles } from '../host/put-files.ts';
import type { Asked } from '../host/test-host.ts';
import { files } from '../support/files.ts';
import { until } from '../support/until.ts';
import { installedAcpAgents, realAcpHost } from './acp-agents.ts';
import { KEY } from './claude-owner.ts';
import { toolOrder } from './model/script.ts';

const bodyOf = ({ text }: { text: string }) => splitTrailer(text).body;

/** The first of them waits for the agent's start, which takes long on a busy machine. */
async function heard(asked: Asked, type: HostUpdate['type']): Promise<void> {
  const isHeard = () => asked.told.some((update) => update.type === type);
  const over = asked.outcome.then((outcome) => {
    if (!isHeard()) throw new Error(`over without ${type}: ${JSON.stringify(outcome)} ${asked.text}`);
  });
  await Promise.race([until(`to hear of ${type}`, isHeard, 240_000), over]);
}

const LOOK_AROUND = [
  `echo "keys: $(env | grep -c ${KEY})"`,
  `echo "status: $(curl -s -o /dev/null -w '%{http_code}' http://elsewhere.example/)"`,
].join('; ');

describe.each(installedAcpAgents())('$name', { timeout: 300_000 }, (agent) => {
  test('streams its answer, which is complete and exact, with its own count of tokens', async () => {
    const host = await realAcpHost(agent);
    const asked = host.ask('demo hold x');
    await heard(asked, 'chunk');
    expect(asked.text).toMatch(/^This is the first half\.\s*$/);
    host.release('x');
    expect(await asked.outcome).toMatchObject({ state: 'done', inputTokens: 150, outputTokens: expect.any(Number) });
    expect(bodyOf(asked)).toBe('This is the first half.\nThis is the second half.');
    expect(host.model.questions.map(({ turnId }) => turnId)).toEqual([asked.turnId]);
    expect(host.troubles).toEqual([]);
  });

  test('asks for permission by a card, and does only what is allowed', async () => {
    const host = await realAcpHost(agent);
    for (const option of ['deny', 'allow']) {
      const asked = host.ask(
        toolOrder([[{ tool: host.shell, input: { command: `echo > ${option}`, description: 'x' } }]]),
      );
      await heard(asked, 'approval');
      const update = asked.told.find(({ type }) => type === 'approval');
      if (update?.type !== 'approval') throw new TypeError('no approval');
      expect(update.approval).toMatchObject({ kind: 'permission', title: 'Run a command', tool: 'Bash' });
      expect(update.approval.detail).toContain(`echo > ${option}`);
      expect(existsSync(join(host.work, option))).toBe(false);
      await host.decide('one', asked.turnId, update.approval.id, { option });
      await asked.outcome;
      expect(existsSync(join(host.work, option))).toBe(option === 'allow');
    }
  });

  test('is refused by the host what nobody may allow', async () => {
    const host = await realAcpHost(agent, { policy: { approvals: 'gateway', neverAllow: ['Bash'] } });
    const asked = host.ask(toolOrder([[{ tool: host.shell, input: { command: 'echo > never', description: 'x' } }]]));
    await asked.outcome;
    expect(asked.told.map(({ type }) => type)).not.toContain('approval');
    expect(existsSync(join(host.work, 'never'))).toBe(false);
  });

  test('shows the model a picture, a document and a text that came with a question', async () => {
    const host = await realAcpHost(agent);
    const asked = await putFiles(
      host,
      [
        { name: 'plan.png', type: 'image/png', bytes: files['image/png'] },
        { name: 'letter.pdf', type: 'application/pdf', bytes: files['application/pdf'] },
        { name: 'note.txt', type: 'text/plain', bytes: files['text/plain'] },
      ],
      'demo at once',
    );
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    const sent = host.model.questions[0]?.sent ?? [];
    const base64 = (type: 'image/png' | 'application/pdf') => ({
      source: expect.objectContaining({ type: 'base64', media_type: type, data: files[type].toString('base64') }),
    });
    expect(sent).toContainEqual(expect.objectContaining({ type: 'image', ...base64('image/png') }));
    expect(sent).toContainEqual(expect.objectContaining({ type: 'document', ...base64('application/pdf') }));
    const said = sent.map(({ text = '' }) => text).join('\n');
    expect(said).toContain('Attached as 1.png: "plan.png"');
    expect(said).toContain(files['text/plain'].toString());
    expect(asked.told.map(({ type }) => type)).not.toContain('approval');
  });

  test('reads a file that is too large for a message, without asking for it', async () => {
    const host = await realAcpHost(agent);
    const bytes = Buffer.from(`The first line.\n${'x'.repeat(70)}\n`.repeat(1000));
    const path = (turnId: string) => join(host.directory, 'sessions/one/files', turnId, '1.txt');
    const { tool, key } = host.reader;
    const asked = await putFiles(host, [{ name: 'long.txt', type: 'text/plain', bytes }], (turnId) =>
      toolOrder([[{ tool, input: { [key]: path(turnId), limit: 2 } }]]),
    );
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(bodyOf(asked)).toContain('The first line.');
    expect(asked.told.map(({ type }) => type)).not.toContain('approval');
  });

  test('in the sandbox it answers with the owner’s key, which it does not have, and reaches no other host', async () => {
    const host = await realAcpHost(agent, { level: 'sandbox' });
    const asked = host.ask(toolOrder([[{ tool: host.shell, input: { command: LOOK_AROUND, description: 'x' } }]]));
    await heard(asked, 'approval');
    await host.decide('one', asked.turnId, '1', { option: 'allow' });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(bodyOf(asked)).toContain('keys: 0');
    expect(bodyOf(asked)).toContain('status: 403');
    expect(host.model.questions).toHaveLength(1);
  });

  test.runIf(agent.name === 'claude-agent-acp')('asks a question by a card, and has the answer', async () => {
    const host = await realAcpHost(agent);
    const asked = host.ask('model ask');
    await heard(asked, 'approval');
    const update = asked.told.find(({ type }) => type === 'approval');
    if (update?.type !== 'approval') throw new TypeError('no approval');
    const question = 'Which cases do you want to see?';
    expect(update.approval).toMatchObject({ kind: 'question', title: question });
    expect(update.approval.questions).toMatchObject([
      { question, options: [{ label: 'Open', description: 'The open ones' }, { label: 'Overdue' }, {}] },
    ]);
    await host.decide('one', asked.turnId, update.approval.id, {
      option: 'answer',
      answers: { [question]: 'Overdue' },
    });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(bodyOf(asked)).toContain('Overdue');
  });

  test('stops, and continues its conversation, also after it was hibernated', async () => {
    const host = await realAcpHost(agent);
    const stopped = host.ask('demo hold x');
    await heard(stopped, 'chunk');
    await host.cancel('one', stopped.turnId);
    expect(await stopped.outcome).toMatchObject({ state: 'cancelled' });
    const next = host.ask('Which cases are open?');
    await next.outcome;
    expect(bodyOf(next)).toMatch(/This is question 2 of our conversation/);
    expect(await host.hibernate('one')).toBe(true);
    const later = host.ask('And now?');
    expect(await later.outcome).toMatchObject({ state: 'done' });
    expect(bodyOf(later)).toMatch(/This is question 3 of our conversation/);
  });
});
