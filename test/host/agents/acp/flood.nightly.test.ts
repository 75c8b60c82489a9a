/** An agent that sends far more than anybody reads. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { acpHost } from './acp-host.ts';

const PROGRAM = fileURLToPath(new URL('programs/hostile-agent.ts', import.meta.url));

test.each([
  [100, { state: 'done' }],
  [300, { state: 'failed', detail: 'the agent was ended: it sent more than 256 MiB for one question' }],
])(
  '%d MB of answer: the turn ends, and the host needs no more memory for it',
  async (mib, outcome) => {
    const host = await acpHost({ argv: [process.execPath, PROGRAM, `session/prompt=flood:${mib}`], silenceMs: 60_000 });
    const before = process.memoryUsage().rss;
    const asked = host.ask('Hello');
    expect(await asked.outcome).toMatchObject(outcome);
    expect(asked.text.length).toBeLessThan(4 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  },
  600_000,
);
