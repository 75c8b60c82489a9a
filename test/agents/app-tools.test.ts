/** A real Claude Code lists the application's tools over MCP, and calls them, with the rights of the person who asks. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { findPerson } from '../../examples/cases/data.ts';
import { answerWith, callsOf } from '../app-tools/use-apps.ts';
import { startCaseApp } from '../support/case-app.ts';
import { claudeGateway } from './claude-gateway.ts';
import { installedVersions } from './claude-owner.ts';
import { toolOrder } from './model/script.ts';

describe.each(installedVersions('oldest'))('Claude Code $name', ({ program }) => {
  async function start() {
    const app = await startCaseApp();
    onTestFinished(() => app.close());
    const started = await claudeGateway(program, {
      env: { PALIADIN_APP_TOOLS_URL: app.url, PALIADIN_APPROVALS: 'none' },
    });
    onTestFinished(() => started[Symbol.asyncDispose]());
    app.trust(started.gateway.url);
    return { app, gateway: started.gateway };
  }

  test('reads with the rights of the person, in the very first turn', async () => {
    const { gateway } = await start();
    const ana = await gateway.as('jwt:ana');
    const order = toolOrder([[{ tool: 'mcp__paliadin__list_cases', input: { overdue: true } }]]);
    const turn = await ana.answer(order);
    expect(turn).toMatchObject({ status: 'completed', decisions: [] });
    expect(turn.response).toContain('app:/cases/42');
    expect(turn.response).not.toContain('app:/cases/51');
    expect(await callsOf(gateway, turn.turnId)).toMatchObject([{ tool: 'list_cases', outcome: 'done' }]);
  });

  test('changes something only once the person has allowed it', async () => {
    const { app, gateway } = await start();
    const ana = await gateway.as('jwt:ana');
    const order = toolOrder([[{ tool: 'mcp__paliadin__close_case', input: { id: 42 } }]]);
    const { turn, seen } = await answerWith(ana, order, () => ({ option: 'allow' }));
    expect(turn.response).toContain('closed');
    expect(seen).toMatchObject([{ tool: 'close_case', fields: [{ path: ['id'], text: '42' }] }]);
    const person = findPerson('ana');
    expect(person && app.cases.read(person, 42)?.status).toBe('closed');
  });
});
