/** The documents: their links are valid, and their complete lists are complete. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { variables } from '../../src/config/variables.ts';
import { errorTable } from '../../src/contract/errors.ts';
import { shimArguments, shimExit } from '../../src/contract/shim.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...['docs', 'skill'].flatMap(markdownBelow),
];

test.each(documents)('%s: each link leads to a file, and each fragment to a heading', (document) => {
  const links = [...prose(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  expect(links.filter((link) => !/^(https?|mailto|app|ask):/.test(link) && !leadsSomewhere(document, link))).toEqual(
    [],
  );
});

test('every setting is in docs/configuration.md', () => {
  const text = read('docs/configuration.md');
  expect(Object.keys(variables).filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
});

test('every error code is in docs/protocol.md, with its status and whether it is retryable', () => {
  const text = read('docs/protocol.md');
  const missing = Object.entries(errorTable).filter(
    ([code, { http, retryable }]) => !text.includes(`| \`${code}\` | ${http} | ${retryable ? 'yes' : 'no'} |`),
  );
  expect(missing).toEqual([]);
});

test('every verb and exit code of the shim is in docs/protocol.md', () => {
  const [, shim = ''] = read('docs/protocol.md').split('\n## The shim\n');
  expect(Object.keys(shimArguments).filter((verb) => !shim.includes(`| \`${verb}\` |`))).toEqual([]);
  expect(Object.values(shimExit).filter((code) => !shim.includes(`\n| ${code} |`))).toEqual([]);
});

test('every test that docs/clients.md names is there', () => {
  const named = [...read('docs/clients.md').matchAll(/^- [A-Z]\d.*: `([^`]+)` "([^"]+)"$/gm)];
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(([, file = '', name = '']) => !read(path.join('test', file)).includes(name));
  expect(missing.map(([line]) => line)).toEqual([]);
});

test('every decision is in the list of decisions', () => {
  const list = read('docs/decisions/README.md');
  const pages = fs.readdirSync(path.join(ROOT, 'docs', 'decisions')).filter((name) => /^\d/.test(name));
  expect(pages.filter((name) => !list.includes(`[${name.slice(0, 4)}](${name})`))).toEqual([]);
});

function leadsSomewhere(document: string, link: string): boolean {
  const [file = '', fragment] = link.split('#');
  const target = file === '' ? document : path.join(path.dirname(document), file);
  if (!fs.existsSync(path.join(ROOT, target))) return false;
  return fragment === undefined || headingsOf(target).includes(fragment);
}

/** As GitHub makes fragments of headings. */
function headingsOf(document: string): string[] {
  const headings = prose(read(document)).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function prose(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, '');
}

function markdownBelow(directory: string): string[] {
  const names = fs.readdirSync(path.join(ROOT, directory), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => path.join(directory, name));
}

function read(file: string): string {
  return fs.readFileSync(path.join(ROOT, file), 'utf8');
}
