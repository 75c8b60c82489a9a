import { expect, test } from 'vitest';
import { temporaryStore } from '../../store/temporary-store.ts';
import { servicesOf } from '../test-services.ts';

const OLGA = { id: '5b0f4f0e-6b6a-4d0a-9a58-0d5c0f0a4b11', role: 'owner' } as const;

test('a new token says which scopes have no effect for its user yet, and why', async () => {
  const { store } = await temporaryStore();
  const { credentials, users } = servicesOf(store, { access: 'owner' });
  const token = { name: 'ci', scopes: ['ask', 'read', 'metrics'], lifetimeMs: null } as const;
  const made = await credentials.createToken(OLGA, { ...token, subject: 'robot' });
  expect(made).toMatchObject({
    created: true,
    user: { role: 'member' },
    withoutEffect: [
      { scope: 'ask', why: expect.stringContaining('PALIADIN_ACCESS=users') },
      { scope: 'metrics', why: expect.stringContaining('paliadin user role') },
    ],
  });
  await users.change(OLGA, made.user.id, { role: 'admin' });
  const again = await credentials.createToken(OLGA, { ...token, subject: 'robot' });
  expect(again).toMatchObject({ created: false, withoutEffect: [{ scope: 'ask' }] });
  const owners = await credentials.createToken(OLGA, { ...token, subject: 'owner' });
  expect(owners).toMatchObject({ user: { role: 'owner' }, withoutEffect: [] });
});

test('codes and tokens are in the audit log with who made or revoked them', async () => {
  const { store } = await temporaryStore();
  const { credentials } = servicesOf(store);
  const { user } = await credentials.createToken(OLGA, {
    subject: 'anna',
    name: 'ci',
    scopes: ['read'],
    lifetimeMs: 1000,
  });
  await credentials.createCode(OLGA, user.id);
  const [token] = await credentials.tokens({ userId: user.id });
  expect(token).toMatchObject({ user: 'anna', name: 'ci', createdAt: 1_000_000, expiresAt: 1_001_000 });
  expect(await credentials.revokeToken(OLGA, token?.id ?? '')).toMatchObject({ user: 'anna' });
  const rows = (await store.audit.list({ limit: 10 })).filter(({ actor }) => actor === OLGA.id);
  expect(rows.map(({ action, subject }) => [action, subject])).toEqual([
    ['token.revoked', user.id],
    ['link.created', user.id],
    ['token.created', user.id],
  ]);
});
