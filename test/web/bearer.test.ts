import { expect, test } from 'vitest';
import { createBearerFetch } from '../../src/web/frame/bearer.ts';

/** A gateway that ended the sign-in at `signedOutAt`, and an application whose tokens are from `now`. */
function frame({ signedOutAt }: { signedOutAt: number }) {
  let now = 5_600;
  const offered: number[] = [];
  const bearer = createBearerFetch({
    token: async () => String(Math.floor(now / 1000) * 1000),
    async fetch(path, init) {
      if (path !== '/api/auth/embed') return Response.json({}, { status: 200 });
      const issuedAt = Number(JSON.parse(String(init?.body)).token);
      offered.push(issuedAt);
      if (issuedAt >= signedOutAt) return Response.json({ bearer: 'b', userId: 'ana', expiresAt: now + 60_000 });
      return Response.json(
        { code: 'unauthenticated', message: 'no', retryable: false, reason: 'signed_out' },
        { status: 401 },
      );
    },
    onOtherPerson: () => undefined,
    onNobody: () => undefined,
    now: () => now,
    async pause(ms) {
      now += ms;
    },
  });
  return { ...bearer, offered };
}

test('a sign-in that was ended elsewhere is replaced with a token of a later second', async () => {
  const { fetch, drop, offered } = frame({ signedOutAt: 5_500 });
  drop();
  expect((await fetch('/api/me')).status).toBe(200);
  expect(offered).toEqual([6_000]);
});

test('a token of the same second as a sign-out is offered again, newer, before anybody hears of it', async () => {
  const { fetch, offered } = frame({ signedOutAt: 5_500 });
  expect((await fetch('/api/me')).status).toBe(200);
  expect(offered).toEqual([5_000, 6_000]);
});

test('whose newer token is refused too is told so', async () => {
  const { fetch, offered } = frame({ signedOutAt: 9_000 });
  expect((await fetch('/api/me')).status).toBe(401);
  expect(offered).toEqual([5_000, 6_000]);
});
