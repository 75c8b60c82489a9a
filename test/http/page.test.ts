import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { call, type Running, runServer } from './running-server.ts';

async function build({ webRoot }: Running): Promise<void> {
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Paliadin</title>');
  await writeFile(join(webRoot, 'client.js'), 'export {}');
  await writeFile(join(webRoot, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(webRoot, 'assets', 'index-4f3a.js'), 'export {}');
  await writeFile(join(webRoot, '.env'), 'secret');
  await writeFile(join(webRoot, '..', 'outside.txt'), 'secret');
}

test('the page is revalidated each time, and its hashed assets are cached for good', async () => {
  const server = await runServer();
  await build(server);
  const page = await call(server, 'GET', '/');
  expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([
    200,
    'text/html; charset=utf-8',
    'no-cache',
  ]);
  const again = await call(server, 'GET', '/', { headers: { 'if-none-match': String(page.headers.etag) } });
  expect(again.status).toBe(304);
  // What comes with it takes the place of what the browser has kept.
  expect(again.headers['content-security-policy']).toBe(page.headers['content-security-policy']);
  const script = await call(server, 'GET', '/assets/index-4f3a.js');
  expect([script.status, script.headers['content-type'], script.headers['cache-control']]).toEqual([
    200,
    expect.stringContaining('javascript'),
    'public, max-age=31536000, immutable',
  ]);
  const icon = await call(server, 'GET', '/favicon.svg');
  expect([icon.status, icon.headers['cache-control']]).toEqual([200, 'no-cache']);
  const head = await call(server, 'HEAD', '/');
  expect([head.status, head.text]).toEqual([200, '']);
  const gone = await call(server, 'GET', '/assets/index-0000.js');
  expect([gone.status, gone.json.code, gone.headers['cache-control']]).toEqual([404, 'not_found', 'no-store']);
});

test('the client is for scripts of every page; nothing else is', async () => {
  const server = await runServer();
  await build(server);
  const from = { origin: 'https://any.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
  const client = await call(server, 'GET', '/client.js', { headers: from });
  expect([client.status, client.headers['cache-control']]).toEqual([200, 'no-cache']);
  expect(client.headers).toMatchObject({
    'content-type': expect.stringContaining('javascript'),
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  const { status, headers } = await call(server, 'GET', '/assets/index-4f3a.js', { headers: from });
  expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
});

test('files outside the build, and hidden ones in it, are not served', async () => {
  const server = await runServer();
  await build(server);
  await symlink('/etc', join(server.webRoot, 'assets', 'etc'));
  for (const path of [
    '/.env',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/%00',
    '/assets/',
  ]) {
    const { status, text } = await call(server, 'GET', path);
    expect([path, status]).toEqual([path, expect.toBeOneOf([400, 403, 404])]);
    expect(text).not.toContain('secret');
  }
});

test('a page that is not built says how to build it', async () => {
  const server = await runServer();
  const { status, text, headers } = await call(server, 'GET', '/');
  expect([status, headers['content-type']]).toEqual([503, 'text/plain; charset=utf-8']);
  expect(text).toMatch(/not built yet.*npm run build/);
});

test('the content security policy allows only our own scripts and resources', async () => {
  const server = await runServer();
  await build(server);
  for (const path of ['/', '/assets/index-4f3a.js', '/favicon.svg', '/api/me', '/healthz', '/nothing']) {
    const { headers } = await call(server, 'GET', path);
    const policy = String(headers['content-security-policy']);
    if (path !== '/') expect(policy).toBe("default-src 'none'; frame-ancestors 'none'");
    else
      expect(policy.split(';').sort()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' blob:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
      ]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-request-id': expect.stringMatching(/^[\w-]{16}$/),
    });
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  }
  expect((await call(server, 'GET', '/%zz')).headers).toMatchObject({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});
