/** The compose files, without Docker: what they set is known, and what they name is there. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { variables } from '../../src/config/variables.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { ROOT } from './dockerfile.ts';

interface Service {
  build?: string;
  image?: string;
  network_mode?: string;
  ports?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
  stop_grace_period?: string;
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const read = (name: string): Compose => parse(fs.readFileSync(path.join(ROOT, name), 'utf8'));
const alone = read('compose.yaml');
const withPostgres = read('compose.postgres.yaml');

test.each([
  ['compose.yaml', alone],
  ['compose.postgres.yaml', withPostgres],
])('what %s sets for the gateway are settings, and each volume is declared', (_name, { services, volumes }) => {
  const known = Object.keys(variables);
  for (const [name, { environment = {}, volumes: mounts = [] }] of Object.entries(services)) {
    if (name === 'paliadin')
      expect(Object.keys(environment).filter((variable) => !known.includes(variable))).toEqual([]);
    for (const mount of mounts) expect(Object.keys(volumes)).toContain(mount.split(':')[0]);
  }
});

test('with PostgreSQL, the gateway waits until the server is well, and reaches it where it listens', () => {
  const { paliadin, postgres } = withPostgres.services as Record<'paliadin' | 'postgres', Service>;
  expect(paliadin.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  expect(postgres.healthcheck).toBeDefined();
  // The gateway is in the machine's own network, so the server is at the published address.
  expect(alone.services.paliadin?.network_mode).toBe('host');
  const password = 'abc123';
  const url = new URL(paliadin.environment?.PALIADIN_DATABASE_URL?.replace(SECRET, password) ?? '');
  const [address, port] = postgres.ports?.[0]?.split(':') ?? [];
  expect([url.hostname, url.port]).toEqual([address, port]);
  expect(url.username).toBe(postgres.environment?.POSTGRES_USER);
  expect(url.password).toBe(password);
  expect(url.pathname).toBe(`/${postgres.environment?.POSTGRES_DB}`);
  expect(postgres.environment?.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?.+\}$/);
});

const SECRET = '$' + '{POSTGRES_PASSWORD}';
const page = fs.readFileSync(path.join(ROOT, 'docs', 'deploy.md'), 'utf8');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.runIf(hasSystemd)('the systemd units of docs/deploy.md are valid', async () => {
  const { path: directory, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const units = [...page.matchAll(/`\/etc\/systemd\/system\/([\w@.-]+)`:\n\n```ini\n([\s\S]*?)```/g)];
  expect(units.map(([, name]) => name)).toContain('paliadin.service');
  for (const [, name = '', text = ''] of units) {
    const file = path.join(directory, name);
    // The account and the clone are not on this machine, nor need its Node be there.
    const here = text.replace(/^User=.*$/m, '').replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`);
    fs.writeFileSync(file, here.replace(/^WorkingDirectory=.*$/m, `WorkingDirectory=${ROOT}`));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    const about = stderr.split('\n').filter((line) => line.includes(name));
    expect([name, status, about]).toEqual([name, 0, []]);
  }
});
