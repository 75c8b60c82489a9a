/** Programs that exist, as clients of a gateway: what they send is understood, and what we send is shown. */
import { describe, expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { ACP_COMMAND, clientHome, clientProgram } from './client-programs.ts';

const gateway = useGateway();
const codex = clientProgram('codex') ?? '';
const opencode = clientProgram('opencode') ?? '';
const acpx = clientProgram('acpx') ?? '';

/** Newest first. */
const turnsOf = async (subject: string) => (await (await gateway().as(subject)).history()).turns;

// Without a network, some of these take long to start.
const TIME = { timeout: 300_000 };

describe.skipIf(codex === '')('Codex', TIME, () => {
  test('asks, shows steps and answer, and goes on in the same conversation', async () => {
    const { run } = await clientHome(gateway(), 'codex');
    const first = await run(codex, 'exec', '--skip-git-repo-check', 'demo tools 2');
    expect(first).toMatchObject({ code: 0, stdout: 'I used 2 tools.\n' });
    expect(first.stderr).toContain('**Reading file 1**');
    const further = await run(codex, 'exec', 'resume', '--last', '--skip-git-repo-check', 'demo at once');
    expect(further).toMatchObject({ code: 0, stdout: 'At once.\n' });
    const turns = await turnsOf('codex');
    expect(turns.map(({ message }) => message)).toEqual(['demo at once', 'demo tools 2']);
    expect(turns[0]?.sessionId).toBe(turns[1]?.sessionId);
  });

  test('sends an image', async () => {
    const { run } = await clientHome(gateway(), 'codex-image');
    const ran = await run(codex, 'exec', '--skip-git-repo-check', '-i', 'plan.png', '--', 'What is this?');
    expect(ran.stdout).toContain('I got one file');
    expect((await turnsOf('codex-image'))[0]?.attachments).toMatchObject([{ type: 'image/png' }]);
  });

  test('shows a failure, and does not ask again', async () => {
    const { run } = await clientHome(gateway(), 'codex-fails');
    const ran = await run(codex, 'exec', '--skip-git-repo-check', 'demo limit');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('(agent_limit)');
    expect(await turnsOf('codex-fails')).toHaveLength(1);
  });
});

describe.skipIf(opencode === '')('opencode', TIME, () => {
  test('asks with a file, and shows the answer', async () => {
    const { run } = await clientHome(gateway(), 'opencode');
    const ran = await run(opencode, 'run', 'What is this?', '-f', 'plan.png');
    expect(ran.stdout).toContain('I got one file');
    const asked = (await turnsOf('opencode')).find(({ message }) => message.includes('What is this?'));
    expect(asked?.attachments).toMatchObject([{ name: 'image', type: 'image/png' }]);
  });
});

describe.skipIf(acpx === '')('acpx', TIME, () => {
  test('asks through `paliadin acp`, and shows steps and answer', async () => {
    const { run } = await clientHome(gateway(), 'acpx');
    const ran = await run(acpx, '--agent', ACP_COMMAND, 'exec', 'demo tools 1');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('I used 1 tools.');
    expect(await turnsOf('acpx')).toMatchObject([{ message: 'demo tools 1', status: 'completed' }]);
  });
});
