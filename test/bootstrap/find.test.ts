import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findNode, isNewEnough } from '../../bootstrap/find-node.mjs';
import { findNpm } from '../../bootstrap/find-npm.mjs';

const ROOT = path.join(import.meta.dirname, '..', '..');

test.each([
  ['24.15.0', true],
  ['24.20.1', true],
  ['26.0.0', true],
  ['24.14.9', false],
  ['22.99.0', false],
  ['18.0.0', false],
])('Node %s is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});

test('the running Node is used if it is new enough', async () => {
  expect(await findNode(ROOT)).toEqual({ path: process.execPath, major: Number.parseInt(process.versions.node, 10) });
});

test('when npm has no Node for the platform, the error says to install one', async () => {
  const running = { version: '20.1.0', path: '/usr/bin/node', platform: 'darwin-arm64' };
  await expect(findNode(ROOT, running)).rejects.toThrow(/too old.*darwin-arm64.*install Node 24\.15 or newer/);
});

test('runtime/ names a Node that is new enough', () => {
  const { optionalDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'runtime', 'package.json'), 'utf8'));
  expect(Object.values<string>(optionalDependencies).filter((version) => !isNewEnough(version))).toEqual([]);
});

test('npm is the one that started us, else the one beside Node, else the one on PATH', () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'paliadin npm '));
  onTestFinished(() => fs.rmSync(home, { recursive: true }));
  const file = (name: string, target?: string) => {
    const place = path.join(fs.realpathSync(home), name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    if (target) fs.symlinkSync(target, place);
    else fs.writeFileSync(place, '');
    return place;
  };
  const started = file('started/npm-cli.js');
  const beside = file('node/lib/node_modules/npm/bin/npm-cli.js');
  const onPath = file('elsewhere/npm-cli.js');
  const PATH = [path.dirname(file('wrapper/npm')), path.dirname(file('linked/npm', onPath))].join(':');
  const withNpm = path.join(home, 'node', 'bin', 'node');

  expect(findNpm({ PATH, npm_execpath: started }, withNpm)).toBe(started);
  expect(findNpm({ PATH, npm_execpath: file('yarn.js') }, withNpm)).toBe(beside);
  expect(findNpm({ PATH }, '/nowhere/bin/node')).toBe(onPath);
  expect(() => findNpm({ PATH: '/nowhere' }, '/nowhere/bin/node')).toThrow(/npm was not found/);
});
