/** Which hosts a gateway asks, by how these keep people apart. */
import { expect, test } from 'vitest';
import { refusalOf } from '../../src/contract/isolation-policy.ts';

const host = { version: '0.1.0', protocol: 1, agent: 'claude', driver: 'claude', settings: '' };
const users = { least: 'sandbox', written: false } as const;

test('a host is asked where its level is the one that is wanted, or a stronger one', () => {
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

test('a host that does not say its level counts as one that keeps nobody apart', () => {
  expect(refusalOf(host, users)?.detail).toContain('the level none');
  expect(refusalOf(host, { least: 'directory', written: true })).not.toBeNull();
});

test('for a shim that can’t say it, the owner’s written word counts', () => {
  const plain = { ...host, protocol: 0, agent: 'unknown', driver: 'verbs' };
  expect(refusalOf(plain, users)?.detail).toContain("can't tell how it keeps people apart");
  expect(refusalOf(plain, { least: 'directory', written: true })).toBeNull();
});

test('the demo agent needs no walls', () => {
  expect(refusalOf({ ...host, agent: 'demo' }, users)).toBeNull();
});
