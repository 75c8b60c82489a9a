/** Which hosts a gateway uses, by how these isolate users from each other. */
import { expect, test } from 'vitest';
import { refusalOf } from '../../src/contract/isolation-policy.ts';

const host = { version: '0.1.0', protocol: 1, agent: 'claude', driver: 'claude', settings: '' };
const users = { least: 'sandbox', written: false } as const;

test('a host with the required isolation level or a stronger one is used', () => {
  expect(refusalOf({ ...host, isolation: 'sandbox' }, users)).toBeNull();
  expect(refusalOf({ ...host, isolation: 'sandbox' }, { least: 'directory', written: true })).toBeNull();
  expect(refusalOf({ ...host, isolation: 'none' }, { least: 'none', written: false })).toBeNull();
});

test('a host with a weaker level is refused, with both levels and what to set', () => {
  expect(refusalOf({ ...host, isolation: 'directory' }, users)).toMatchObject({
    code: 'agent_not_ready',
    detail: expect.stringMatching(
      /level directory, .* sandbox; set PALIADIN_ISOLATION=sandbox in the host's host\.env/,
    ),
  });
});

test('a host that does not report its level counts as level none', () => {
  expect(refusalOf(host, users)?.detail).toContain('the level none');
  expect(refusalOf(host, { least: 'directory', written: true })).not.toBeNull();
});

test('for a shim that can’t report its level, the owner’s setting counts', () => {
  const plain = { ...host, protocol: 0, agent: 'unknown', driver: 'verbs' };
  expect(refusalOf(plain, users)?.detail).toContain("can't tell how it keeps people apart");
  expect(refusalOf(plain, { least: 'directory', written: true })).toBeNull();
});

test('the demo agent needs no isolation', () => {
  expect(refusalOf({ ...host, agent: 'demo' }, users)).toBeNull();
});
