/** A gateway on an address that is not named loopback. The tests stay on this machine: it is 127.0.0.1, as IPv6. */
import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startTestGateway } from '../../support/gateway.ts';

const HOST = '::ffff:127.0.0.1';

test('with a sign-in method and a public name a gateway on such an address starts and answers', async () => {
  await using gateway = await startTestGateway({
    env: {
      PALIADIN_AGENT: 'none',
      PALIADIN_HOST: HOST,
      PALIADIN_PUBLIC_URL: 'https://chat.example',
      PALIADIN_JWT_SECRET: 'a secret of the application, of 32 bytes or more',
      PALIADIN_JWT_ISSUER: 'app',
      PALIADIN_JWT_AUDIENCE: 'paliadin',
    },
  });
  const { port } = new URL(gateway.url);
  const statusAs = async (host: string) => {
    const sent = request({ host: '127.0.0.1', port, path: '/healthz', headers: { host }, agent: false }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    return response.statusCode;
  };
  expect(await statusAs('chat.example')).toBe(200);
  expect(await statusAs(`127.0.0.1:${port}`)).toBe(200);
  expect(await statusAs('evil.example')).toBe(403);
  expect(await statusAs(`192.0.2.1:${port}`)).toBe(403);
});

test('without a sign-in method a gateway on such an address does not start', async () => {
  const env = { PALIADIN_AGENT: 'none', PALIADIN_HOST: HOST, PALIADIN_PUBLIC_URL: 'https://chat.example' };
  await expect(startTestGateway({ env })).rejects.toThrow(/ended with 1.*PALIADIN_JWT_SECRET/s);
});
