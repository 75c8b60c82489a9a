/** More users than terminals: each continues their own conversation, and no other. */
import { describe, expect, test } from 'vitest';
import { installedVersions } from './claude-owner.ts';
import { startLocal } from './started-claude.ts';

const PEOPLE = Array.from({ length: 12 }, (_, at) => `person-${at}`);

describe.each(installedVersions())('Claude Code $name', ({ program }) => {
  test('answers twelve users at three terminals, twice each', { timeout: 240_000 }, async () => {
    const { gateway, model } = await startLocal(program, { env: { PALIADIN_MAX_PANES: '3' } });
    const rounds = ['first', 'second'];
    for (const round of rounds) {
      const answers = await Promise.all(
        PEOPLE.map(async (person) => {
          const client = await gateway.as(person);
          return client.answer(`Which cases are open?\nmark: ${round}-of-${person}`);
        }),
      );
      for (const [at, { status, error, response }] of answers.entries()) {
        const mark = `${round}-of-${PEOPLE[at]}`;
        const again = round === 'second' ? '\n\nThis is question 2 of our conversation.' : '';
        expect({ status, error, response }).toEqual({
          status: 'completed',
          error: null,
          response: `${mark}\nThere are 12 open cases.${again}\n${mark}`,
        });
      }
    }
    const asked = (person: string) => rounds.map((round) => `Which cases are open?\nmark: ${round}-of-${person}`);
    const whole = model.conversations.filter((messages) => messages.length > 1);
    expect(whole.toSorted()).toEqual(PEOPLE.map(asked).toSorted());
    expect(model.questions).toHaveLength(2 * PEOPLE.length);
  });
});
