/** `conversations …`: what the owner sees of a user's conversations, changes, and deletes, beside a running gateway. */
import { describe, expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { cliEnv, runCli } from './run-cli.ts';

const gateway = useGateway();
const cli = (...args: string[]) => runCli(cliEnv(gateway()), 'conversations', ...args);

/** Somebody with one conversation, which has an answer. */
async function asked(subject: string, question = 'demo at once') {
  const person = await gateway().as(subject);
  const { turnId } = await person.answer(question);
  const { session } = await person.me();
  return { person, turnId, name: session.name };
}

const listed = async (subject: string) => JSON.parse((await cli('list', subject, '--json')).stdout);

describe('conversations list', () => {
  test('shows a user’s conversations, also as JSON, and puts it on record', async () => {
    const { name } = await asked('anna');
    const { code, stdout } = await cli('list', 'anna');
    expect(code).toBe(0);
    const [head = '', line = '', ...rest] = stdout.split('\n');
    expect(head).toMatch(/^conversation +state +host +last used +title$/);
    expect(line).toMatch(new RegExp(`^${name} +\\S+ +\\S+ +\\d{4}-\\S+Z +demo at once$`));
    expect(rest).toEqual(['']);
    expect(await listed('anna')).toEqual([
      expect.objectContaining({ sessionId: name, title: 'demo at once', archivedAt: null }),
    ]);
    const [row] = await listed('anna');
    expect(row).not.toHaveProperty('userId');
    const { audit, users } = await gateway().store();
    const subject = (await users.bySubject('anna'))?.id;
    expect((await audit.list({ action: 'read.conversations', limit: 1 }))[0]).toMatchObject({ actor: 'cli', subject });
  });
});

describe('conversations rename', () => {
  test('gives a conversation another title, which its user sees', async () => {
    const { person, name } = await asked('ben');
    expect(await cli('rename', 'ben', name, 'Größe & more')).toEqual({
      code: 0,
      stdout: `renamed ${name}\n`,
      stderr: '',
    });
    const seen = await person.call('GET', '/api/conversations');
    expect(await seen.json()).toMatchObject({ conversations: [{ sessionId: name, title: 'Größe & more' }] });
  });

  test.each([[''], ['   '], ['two\nlines'], ['a'.repeat(201)]])('refuses the title %j', async (title) => {
    const { code, stdout, stderr } = await cli('rename', 'anna', 'any', title);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('paliadin: a title is one line of 1 to 200 characters, without control characters\n');
  });
});

test('conversations archive puts a conversation away, and with --undo back', async () => {
  const { name } = await asked('carl');
  expect((await cli('archive', 'carl', name)).stdout).toBe(`archived ${name}\n`);
  expect((await cli('list', 'carl')).stdout).toMatch(new RegExp(`^${name} +archived `, 'm'));
  expect(await listed('carl')).toMatchObject([{ sessionId: name, archivedAt: expect.any(Number) }]);
  expect((await cli('archive', 'carl', name, '--undo')).stdout).toBe(`took ${name} out of the archive\n`);
  expect(await listed('carl')).toMatchObject([{ sessionId: name, archivedAt: null }]);
});

describe('conversations delete', () => {
  test('deletes a conversation with its turns, once it is told to', async () => {
    const { turnId, name } = await asked('dora');
    const { turns, conversations, users } = await gateway().store();
    expect(await cli('delete', 'dora', name)).toEqual({
      code: 1,
      stdout: '',
      stderr: `paliadin: this deletes ${name} and all that was said in it, for good; add --yes\n`,
    });
    expect(await turns.get(turnId)).not.toBeNull();
    const { code, stdout } = await cli('delete', 'dora', name, '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `deleted ${name} and 1 turns\n` });
    expect(await turns.get(turnId)).toBeNull();
    const user = await users.bySubject('dora');
    expect(await conversations.get(user?.id ?? '', name)).toBeNull();
  });

  test('is refused while a question in it is open', async () => {
    const { person, name } = await asked('emil');
    const { turnId } = await person.ask('demo hold rest');
    await person.until(turnId, 'chunk');
    const { code, stdout, stderr } = await cli('delete', 'emil', name, '--yes');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^paliadin: .*(open|answer)/);
    await person.cancel(turnId);
    await person.finished(turnId);
    expect((await cli('delete', 'emil', name, '--yes')).stdout).toBe(`deleted ${name} and 2 turns\n`);
  });
});

describe('another’s conversation', () => {
  test.each([['rename', 'x'], ['archive'], ['delete', '--yes']])('can’t be reached by %s', async (command, ...more) => {
    const { name } = await asked(`fritz-${command}`);
    await gateway().as('gerd');
    const { code, stdout, stderr } = await cli(command, 'gerd', name, ...more);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `paliadin: this user has no conversation ${name}; \`paliadin conversations list\` shows theirs\n`,
    );
    expect(await listed(`fritz-${command}`)).toMatchObject([
      { sessionId: name, archivedAt: null, title: 'demo at once' },
    ]);
  });

  test.each([['list'], ['rename', 'x', 'y'], ['archive', 'x'], ['delete', 'x', '--yes']])(
    '%s says that there is no such user',
    async (command, ...more) => {
      expect(await cli(command, 'nobody', ...more)).toEqual({
        code: 1,
        stdout: '',
        stderr: 'paliadin: there is no user nobody; `paliadin user list` shows who there is\n',
      });
    },
  );
});
