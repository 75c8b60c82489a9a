import { expect, test } from 'vitest';
import { addressMatcher, badAddresses } from '../../../src/config/sign-in/addresses.ts';

test.each([
  ['127.0.0.1', ['127.0.0.1', '::ffff:127.0.0.1'], ['127.0.0.2', '::1', '', 'localhost', '127.0.0.1:80']],
  ['10.1.0.0/16, ::1', ['10.1.2.3', '::ffff:10.1.255.255', '::1'], ['10.2.0.0', '11.1.0.1', '::2']],
  ['fd7a:115c::/32', ['fd7a:115c:1::9'], ['fd7a:115d::1', '127.0.0.1']],
  ['100.64.0.0/10', ['100.64.0.1', '100.127.255.255'], ['100.128.0.0', '100.63.255.255']],
  ['', [], ['127.0.0.1', '::1']],
])('%s', (list, inside, outside) => {
  const matches = addressMatcher(list);
  expect(badAddresses(list)).toEqual([]);
  expect(inside.filter((address) => !matches(address))).toEqual([]);
  expect(outside.filter((address) => matches(address))).toEqual([]);
});

test('invalid addresses are named', () => {
  expect(badAddresses('127.0.0.1, proxy 10.0.0.0/0,::1/129 1.2.3.4/')).toEqual([
    'proxy',
    '10.0.0.0/0',
    '::1/129',
    '1.2.3.4/',
  ]);
});
