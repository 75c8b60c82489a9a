/** An agent that answers by a file uses the application's tools as well, where it knows MCP. */
import { expect, test } from 'vitest';
import { useCases } from './use-apps.ts';

const here = useCases({ PALIADIN_DRIVER: 'reply-file' });

test('an agent behind the reply-file driver reads with the rights of the person who asks', async () => {
  const ben = await here.gateway.as('jwt:ben');
  const { response } = await ben.answer('Which of my cases are overdue?');
  expect(response).toContain('(app:/cases/51)');
  expect(response).not.toContain('(app:/cases/42)');
});
