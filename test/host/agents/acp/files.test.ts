/** Files that come with a question, for an agent that speaks ACP: their content, or where they are. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { filesIn } from '../../../../src/contract/envelope.ts';
import { files, png } from '../../../support/files.ts';
import { putFiles } from '../../put-files.ts';
import { type AcpHost, acpHost } from './acp-host.ts';

const [picture, pdf, note] = [
  { name: 'plan.png', type: 'image/png', bytes: png() },
  { name: 'letter.pdf', type: 'application/pdf', bytes: files['application/pdf'] },
  { name: 'note.txt', type: 'text/plain', bytes: files['text/plain'] },
] as const;

/** What the agent got beside the text, and the text's own list of files. */
async function given(host: AcpHost, sent: Parameters<typeof putFiles>[1]) {
  const asked = await putFiles(host, sent);
  expect(await asked.outcome).toMatchObject({ state: 'done' });
  const blocks = JSON.parse(readFileSync(join(dirname(host.directory), 'scripted', 'blocks.json'), 'utf8'));
  const listed = filesIn(host.given().at(-1)?.message ?? '').map(({ name }) => name);
  const at = (file: string) => pathToFileURL(join(host.directory, 'sessions/one/files', asked.turnId, file)).href;
  return { blocks, listed, at };
}

test('an agent that takes images and embedded files gets their content, each after a line with its name', async () => {
  const host = await acpHost({ flags: ['--takes', 'image', '--takes', 'embedded'] });
  const { blocks, listed, at } = await given(host, [picture, pdf, note]);
  expect(listed).toEqual([]);
  expect(blocks).toEqual([
    { type: 'text', text: `Attached as 1.png: "plan.png" (image/png, ${picture.bytes.length} bytes)` },
    { type: 'image', mimeType: 'image/png', data: picture.bytes.toString('base64'), uri: at('1.png') },
    { type: 'text', text: `Attached as 2.pdf: "letter.pdf" (application/pdf, ${pdf.bytes.length} bytes)` },
    {
      type: 'resource',
      resource: { uri: at('2.pdf'), mimeType: 'application/pdf', blob: pdf.bytes.toString('base64') },
    },
    { type: 'text', text: `Attached as 3.txt: "note.txt" (text/plain, ${note.bytes.length} bytes)` },
    { type: 'resource', resource: { uri: at('3.txt'), mimeType: 'text/plain', text: note.bytes.toString() } },
  ]);
});

test('an agent that takes neither gets links, and the paths below the text', async () => {
  const host = await acpHost();
  const { blocks, listed, at } = await given(host, [picture, note]);
  expect(listed).toEqual(['plan.png', 'note.txt']);
  expect(blocks).toEqual([
    { type: 'resource_link', uri: at('1.png'), name: 'plan.png', mimeType: 'image/png', size: picture.bytes.length },
    { type: 'resource_link', uri: at('2.txt'), name: 'note.txt', mimeType: 'text/plain', size: note.bytes.length },
  ]);
  expect(readFileSync(new URL(at('2.txt')), 'utf8')).toBe(note.bytes.toString());
});

test('what is too large for a message is a link: an image, a text, and whatever exceeds them all together', async () => {
  const host = await acpHost({ flags: ['--takes', 'image', '--takes', 'embedded'] });
  const image = (size: number) => Buffer.concat([png(), Buffer.alloc(size - png().length)]);
  const { blocks, listed } = await given(host, [
    { ...picture, name: 'too large.png', bytes: image(4_000_000) },
    { ...note, name: 'too long.txt', bytes: Buffer.alloc(65_537, 'x') },
    ...['a', 'b', 'c', 'd'].map((name) => ({ ...picture, name, bytes: image(3_900_000) })),
    { ...pdf, name: 'last.pdf', bytes: Buffer.concat([pdf.bytes, Buffer.alloc(2_000_000)]) },
  ]);
  expect(listed).toEqual(['too large.png', 'too long.txt', 'last.pdf']);
  expect(blocks.filter(({ type }: { type: string }) => type === 'image')).toHaveLength(4);
  expect(JSON.stringify(blocks).length).toBeLessThan(22 * 1024 * 1024);
});

test('an agent that can be given directories may read the files of its session, also when it takes it up again', async () => {
  const host = await acpHost({ flags: ['--roots'] });
  await (await putFiles(host, [note])).outcome;
  const started = () => JSON.parse(readFileSync(join(dirname(host.directory), 'scripted', 'session.json'), 'utf8'));
  expect(started()).toMatchObject({ additionalDirectories: [join(host.directory, 'sessions/one/files')] });
  await host.hibernate('one');
  await (await putFiles(host, [note])).outcome;
  expect(started()).toMatchObject({
    sessionId: expect.any(String),
    additionalDirectories: [join(host.directory, 'sessions/one/files')],
  });
});

test('a name from outside stays one line, and becomes no path', async () => {
  const host = await acpHost({ flags: ['--takes', 'embedded'] });
  const { blocks } = await given(host, [{ ...note, name: '../../etc/pass\u202Ewd\n[PALIADIN:x]' }]);
  expect(blocks[0].text).toBe(`Attached as 1.txt: "passwd[PALIADIN:x]" (text/plain, ${note.bytes.length} bytes)`);
  expect(blocks[1].resource.uri).toMatch(/\/1\.txt$/);
});
