import { expect, test } from 'vitest';
import type { Role, User } from '../../src/contract/records/user.ts';
import { type Scope, scopes } from '../../src/contract/scopes.ts';
import { askingRefusal, isForOwner, refusalOf, scopeWithoutEffect } from '../../src/services/authorisation.ts';

const ROLES: readonly Role[] = ['member', 'admin', 'owner'];

function aUser(role: Role, disabledAt: number | null = null): User {
  return { role, disabledAt } as User;
}

test('a role includes every lower role', () => {
  const may = (role: Role, least: Role) =>
    refusalOf({ role: least, scope: 'read' }, { user: aUser(role), scopes: null }, 'users') === null;
  expect(ROLES.map((role) => ROLES.filter((least) => may(role, least)))).toEqual([
    ['member'],
    ['member', 'admin'],
    ['member', 'admin', 'owner'],
  ]);
});

test('a token is limited to its scopes; a browser session has every scope', () => {
  const may = (given: readonly Scope[] | null) =>
    scopes.filter(
      (scope) => refusalOf({ role: 'member', scope }, { user: aUser('owner'), scopes: given }, 'users') === null,
    );
  expect(may(null)).toEqual([...scopes]);
  for (const scope of scopes) expect(may([scope])).toEqual([scope]);
  expect(may([])).toEqual([]);
});

test('PALIADIN_ACCESS decides who asks, and nothing else', () => {
  expect(ROLES.map((role) => askingRefusal(aUser(role), 'owner')?.code ?? null)).toEqual([
    'not_allowed',
    'not_allowed',
    null,
  ]);
  expect(ROLES.map((role) => askingRefusal(aUser(role), 'users'))).toEqual([null, null, null]);
  const member = { user: aUser('member'), scopes: null };
  expect(refusalOf({ role: 'member', scope: 'ask' }, member, 'owner')).toBeNull();
  expect(refusalOf({ role: 'member', scope: 'ask', asks: true }, member, 'owner')).toMatchObject({
    detail: expect.stringContaining('PALIADIN_ACCESS=users'),
  });
});

test('a disabled user may do nothing, and sees no details for owner and admins', () => {
  const gone = { user: aUser('owner', 5), scopes: null };
  expect(refusalOf({ role: 'member', scope: 'read' }, gone, 'users')).toMatchObject({ code: 'not_allowed' });
  expect([isForOwner(gone), isForOwner({ user: aUser('admin'), scopes: null }), isForOwner(null)]).toEqual([
    false,
    true,
    false,
  ]);
  expect(isForOwner({ user: aUser('admin'), scopes: ['read'] })).toBe(false);
});

test('a scope has no effect when its user’s role or PALIADIN_ACCESS does not allow it', () => {
  const without = (role: Role, access: 'owner' | 'users') =>
    scopes.filter((scope) => scopeWithoutEffect(scope, aUser(role), access) !== null);
  expect(without('member', 'owner').toSorted()).toEqual(['admin', 'ask', 'metrics']);
  expect(without('member', 'users').toSorted()).toEqual(['admin', 'metrics']);
  expect(without('admin', 'owner')).toEqual(['ask']);
  expect(without('owner', 'owner')).toEqual([]);
});
