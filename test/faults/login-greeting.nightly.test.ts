/**
 * F29: sshd shows a banner, and the login shell prints a greeting before the shim runs. Neither appears in an answer
 * or causes a failure.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { startLaptop } from '../support/laptop.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const directory = await temporaryDirectory();
const banner = join(directory.path, 'banner');
writeFileSync(banner, 'AUTHORISED USE ONLY\nPermission denied (publickey).\nHost key verification failed.\n');
const laptop = await startLaptop({ sshd: [`Banner ${banner}`] });
afterAll(async () => {
  await laptop.dispose();
  await directory.remove();
});
// As an rc file of the login shell does: on both outputs, JSON and a line without an end among it.
const greeting = String.raw`printf 'Last login: yesterday\n{\"id\":1}\nYou have mail. ' ; echo 'stty: no terminal' >&2`;
laptop.setKeyOptions(
  `restrict,command="${greeting.replaceAll('"', '\\"')}; echo; exec ${process.execPath} ${laptop.shim}"`,
);
const running = useGateway({ laptop });

test('F29: banner and greeting appear in no answer, and break nothing', async () => {
  const owner = await somebody(running());
  await owner.goesOn();
  const { turnId } = await owner.ask('demo hold here');
  await owner.until(turnId, 'chunk');
  laptop.cut();
  await owner.untilHost(turnId, 'here');
  await owner.release('here');
  expect(await owner.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
    trailerMalformed: false,
  });
  const history = JSON.stringify(await owner.history());
  for (const word of ['AUTHORISED', 'Last login', 'You have mail', 'stty']) expect(history).not.toContain(word);
});

test('F29: the first question waits for a login shell that takes longer than a health probe may', async () => {
  laptop.setKeyOptions(`restrict,command="sleep 5; exec ${process.execPath} ${laptop.shim}"`);
  await using gateway = await startTestGateway({ laptop });
  const anna = await somebody(gateway, 'anna');
  expect(await anna.answer('demo at once')).toMatchObject({ status: 'completed', response: 'At once.' });
});
