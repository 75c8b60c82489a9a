/** What the gateway keeps about a host that was added, to reach it in the same way again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addedHosts, gatewayFiles, saveAdded } from '../../src/setup/gateway/files.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const added = {
  given: { user: 'm', host: 'laptop', port: null },
  sshOptions: { identity: '/home/m/.ssh/id', options: ['ProxyJump=bastion'] },
  address: { user: 'm', host: '10.0.0.2', port: 22 },
  envFile: null,
};

test('an added host is read back as it was saved', async () => {
  const { path: root } = await temporaryDirectory();
  const files = gatewayFiles(root, added.address);
  mkdirSync(files.directory, { recursive: true });
  saveAdded(files, added);
  expect(addedHosts(root)).toEqual([added]);
});

test('a host that an earlier version added is read with its older names', async () => {
  const { path: root } = await temporaryDirectory();
  const { directory } = gatewayFiles(root, added.address);
  mkdirSync(directory, { recursive: true });
  const { sshOptions, address, ...rest } = added;
  writeFileSync(join(directory, 'added.json'), JSON.stringify({ ...rest, wishes: sshOptions, place: address }));
  expect(addedHosts(root)).toEqual([added]);
});
