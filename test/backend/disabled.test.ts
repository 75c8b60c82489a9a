/** Without a host: every question is refused with what would enable it; calls that need no host succeed. */
import { describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { chooseBackend, type Findings } from '../../src/backend/choose.ts';
import { disabledBackend } from '../../src/backend/disabled.ts';

const why = 'PALIADIN_AGENT is none; set it to demo or claude to take questions';
const refusal = { name: 'PaliadinError', code: 'disabled', detail: why };

describe('a disabled backend', () => {
  const backend: Backend = disabledBackend(why);
  const prompt = { session: 'one', turnId: 't', message: 'm', fence: 1, from: 0, known: false };

  test.each([
    ['health', () => backend.health(null)],
    ['run', () => backend.run(prompt, () => {})],
    ['turn', () => backend.turn('one', 't', 0)],
    ['cancel', () => backend.cancel('one', 't')],
    ['attach', () => backend.attach('one')],
  ])('refuses %s, and says what would enable it', async (_call, call) => {
    await expect(call()).rejects.toMatchObject(refusal);
  });

  test('has nothing to end, and closes without an error', async () => {
    expect(backend.kind).toBe('disabled');
    expect(backend.agent()).toBeNull();
    expect(backend.refusal()).toMatchObject(refusal);
    expect(backend.identity()).toBeNull();
    await backend.reset('one');
    await backend.acknowledge('one', 't');
    expect(await backend.sessions()).toEqual([]);
    backend.onLate(() => expect.fail('nothing comes late'));
    await backend.close();
  });
});

describe('choosing a backend', () => {
  const here: Findings = {
    remote: null,
    tmux: '/usr/bin/tmux',
    agentMissing: null,
    local: () => ({ kind: 'local' }) as Backend,
  };

  test('takes this machine when tmux and an agent are found', () => {
    expect(chooseBackend(here).kind).toBe('local');
  });

  test.each([
    ['no tmux', { tmux: null }, /^tmux is not found on PATH; install it and start again$/],
    ['no agent', { agentMissing: 'claude is not installed' }, /^claude is not installed$/],
    [
      'neither',
      { tmux: null, agentMissing: 'no agent' },
      /^tmux is not found on PATH; install it and start again; no agent$/,
    ],
  ])('is disabled with %s, and says why', (_what, lack, detail) => {
    const local = vi.fn();
    const backend = chooseBackend({ ...here, local, ...lack });
    expect(backend.kind).toBe('disabled');
    expect(backend.refusal()?.detail).toMatch(detail);
    expect(local).not.toHaveBeenCalled();
  });

  test('takes a configured remote host, whatever is found here', () => {
    const remote = () => ({ kind: 'remote' }) as Backend;
    expect(chooseBackend({ ...here, remote }).kind).toBe('remote');
    expect(chooseBackend({ ...here, remote, tmux: null, agentMissing: 'no agent' }).kind).toBe('remote');
  });
});
