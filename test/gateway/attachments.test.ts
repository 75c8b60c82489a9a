import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConversationsPage } from '../../src/contract/api.ts';
import { FILES_HEADING, NO_WORDS } from '../../src/contract/envelope.ts';
import { uploadCall } from '../support/api-client.ts';
import { files, png, zip } from '../support/files.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';

const gateway = useGateway();

describe('a question with files', () => {
  it('reaches the agent, which reads them on its host', async () => {
    const anna = await gateway().as('anna');
    const picture = await anna.upload('plan.png', png(40, 30));
    const text = await anna.upload('../notes.txt', 'First line\nsecond');
    expect(picture).toMatchObject({ name: 'plan.png', type: 'image/png', width: 40, height: 30 });
    expect(text).toMatchObject({ name: 'notes.txt', type: 'text/plain', size: 17, width: null });
    const turn = await anna.answer('What are these?', { attachments: [picture.id, text.id] });
    expect(turn.attachments).toEqual([picture, text]);
    expect(turn.response).toContain('I got 2 files');
    expect(turn.response).toContain(`**plan.png** (\`1.png\`): image/png, ${png(40, 30).length} bytes`);
    expect(turn.response).toContain('**notes.txt** (`2.txt`): text/plain, 17 bytes. It begins: “First line”');
    const directory = join(gateway().agentDirectory((await anna.me()).session.name), '../files', turn.turnId);
    expect((await readdir(directory)).sort()).toEqual(['1.png', '2.txt']);
    expect((await stat(join(directory, '2.txt'))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readFile(join(directory, '2.txt'), 'utf8')).toBe('First line\nsecond');
  });

  it('needs no words: the agent is told so, and the files’ names stand for them', async () => {
    const kurt = await gateway().as('kurt');
    await expect(kurt.ask(' \n')).rejects.toThrow('the message is empty');
    const [picture, text] = [await kurt.upload('plan.png', png()), await kurt.upload('log.txt', 'First line')];
    const turn = await kurt.answer(' \n', { attachments: [picture.id, text.id] });
    expect(turn).toMatchObject({ message: '', status: 'completed', attachments: [picture, text] });
    expect(turn.response).toContain('I got 2 files');
    const { session } = await kurt.me();
    const [typed] = await gateway().prompts(session.name);
    expect(typed?.message.split('\n').slice(0, 3)).toEqual([NO_WORDS, '', FILES_HEADING.trim()]);
    const { conversations } = (await (await kurt.call('GET', '/api/conversations')).json()) as ConversationsPage;
    expect(conversations).toMatchObject([{ title: 'plan.png, log.txt' }]);
    const owner = await gateway().as('owner');
    const line = await owner.call('GET', '/api/admin/turns?limit=1');
    expect(await line.json()).toMatchObject({ turns: [{ turnId: turn.turnId, question: 'plan.png, log.txt' }] });
    const csv = await (await owner.call('GET', '/api/admin/turns/export?format=csv')).text();
    expect(csv).toContain(',"plan.png; log.txt","","I got 2 files');
    const exported = await (await kurt.call('GET', '/api/turns/export?locale=en')).text();
    expect(exported).toContain(`UTC\n\n*Files: plan.png (image/png, ${png().length} B); log.txt (text/plain, 10 B)*\n`);
  });

  it('arrives whole where a file is larger than a line of the channel', async () => {
    const ben = await gateway().as('ben');
    const bytes = Buffer.from('0123456789abcde\n'.repeat(200_000));
    const { id, sha256 } = await ben.upload('long.txt', bytes);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    const turn = await ben.answer('Read it', { attachments: [id] });
    expect(turn.response).toContain('3200000 bytes. It begins: “0123456789abcde”');
  });

  it('is the same question when it is sent again, and another one with other files', async () => {
    const carl = await gateway().as('carl');
    const [one, other] = [await carl.upload('a', 'a'), await carl.upload('b', 'b')];
    const first = await carl.ask('What?', { key: 'k', attachments: [one.id] });
    expect((await carl.ask('What?', { key: 'k', attachments: [one.id] })).turnId).toBe(first.turnId);
    await expect(carl.ask('What?', { key: 'k', attachments: [other.id] })).rejects.toThrow('idempotency_mismatch');
    await carl.finished(first.turnId);
  });

  it('can be asked again with the same files', async () => {
    const greta = await gateway().as('greta');
    const { id, sha256 } = await greta.upload('a.txt', 'the same');
    const [first, second] = [
      await greta.answer('What?', { attachments: [id] }),
      await greta.answer('What?', { attachments: [id] }),
    ];
    expect(second.response).toContain('It begins: “the same”');
    expect(second.attachments).toMatchObject([{ sha256 }]);
    expect(second.attachments[0]?.id).not.toBe(first.attachments[0]?.id);
  });

  it('loses its files on the host with the conversation', async () => {
    const dora = await gateway().as('dora');
    const { id } = await dora.upload('a', 'a');
    await dora.answer('What?', { attachments: [id] });
    const directory = join(gateway().agentDirectory((await dora.me()).session.name), '../files');
    expect(await readdir(directory)).toHaveLength(1);
    await dora.reset();
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('an upload', () => {
  it.each([
    ['a zip with the name of a picture', 'a.png', zip, 400, 'can be attached'],
    ['an SVG', 'a.svg', '<svg onload="alert(1)"/>', 400, 'may contain scripts'],
    ['more than allowed', 'a.txt', 'a'.repeat(10 * 1024 * 1024 + 1), 413, 'a file may have 10485760 bytes'],
    ['much more than allowed', 'a.txt', 'a'.repeat(12 * 1024 * 1024), 413, 'a file may have 10485760 bytes'],
    ['nothing', 'a.txt', '', 400, ''],
  ])('of %s is refused', async (_, name, bytes, status, detail) => {
    const { call } = await gateway().as('emil');
    const response = await uploadCall(call, name, bytes);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { detail: string }).detail).toContain(detail);
  });

  it('is refused where the body is JSON, or the name is not encoded', async () => {
    const { call } = await gateway().as('emil');
    const asJson = await call('POST', '/api/attachments', { body: { a: 1 } });
    expect([asJson.status, await asJson.text()]).toEqual([400, expect.stringContaining('octet-stream')]);
    const headers = { 'content-type': 'application/octet-stream', 'x-paliadin-file-name': '%E0%A4%A' };
    const unreadable = await call('POST', '/api/attachments', { body: 'a', headers });
    expect([unreadable.status, await unreadable.text()]).toEqual([400, expect.stringContaining('percent-encoded')]);
  });

  it('can be taken back, until a question has it', async () => {
    const fritz = await gateway().as('fritz');
    const { id } = await fritz.upload('a', 'a');
    expect((await fritz.call('DELETE', `/api/attachments/${id}`)).status).toBe(204);
    expect((await fritz.call('GET', `/api/attachments/${id}`)).status).toBe(404);
    await expect(fritz.ask('What?', { attachments: [id] })).rejects.toThrow('upload it again');
  });
});

describe('a file', () => {
  it('is shown as a download that can do nothing', async () => {
    const gerd = await gateway().as('gerd');
    const { id } = await gerd.upload("Größe (1)'.png", files['image/png']);
    const response = await gerd.call('GET', `/api/attachments/${id}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(files['image/png']);
    const { headers } = response;
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="file"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29%27.png`,
    );
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('belongs to its user; who may read all turns reads it too, on record, once it is in a question', async () => {
    const [hans, ida, owner] = [await gateway().as('hans'), await gateway().as('ida'), await gateway().as('owner')];
    const { id } = await hans.upload('a.txt', 'secret');
    const read = async (who: typeof hans) => (await who.call('GET', `/api/attachments/${id}`)).status;
    expect([await read(hans), await read(ida), await read(owner)]).toEqual([200, 404, 404]);
    await expect(ida.ask('What?', { attachments: [id] })).rejects.toThrow('not of a file that you have uploaded');
    const { turnId } = await hans.answer('What?', { attachments: [id] });
    expect([await read(hans), await read(ida), await read(owner)]).toEqual([200, 404, 200]);
    const { audit } = await gateway().store();
    const entries = await audit.list({ limit: 50 });
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'read.turn', turnId, detail: { attachment: id } }),
    );
  });
});

describe('PALIADIN_ATTACHMENTS=off', () => {
  it('refuses files and questions with files, says why, and still shows the files of earlier questions', async () => {
    const running = await gatewayForTest();
    const anna = await running.as('anna');
    const { id } = await anna.upload('a.txt', 'kept');
    const asked = await anna.answer('What?', { attachments: [id] });
    const waiting = await anna.upload('b.txt', 'too late');
    await running.end('SIGTERM');
    await running.start({ PALIADIN_ATTACHMENTS: 'off' });
    expect((await anna.me()).limits.attachments.count).toBe(0);
    const refused = await uploadCall(anna.call, 'c.txt', 'c');
    expect(await refused.json()).toMatchObject({
      code: 'attachment_invalid',
      detail: 'no files are accepted here (PALIADIN_ATTACHMENTS=off)',
    });
    await expect(anna.ask('What?', { attachments: [waiting.id] })).rejects.toThrow('no files are accepted here');
    expect(await (await anna.call('GET', `/api/attachments/${id}`)).text()).toBe('kept');
    expect(await anna.turn(asked.turnId)).toMatchObject({ attachments: [{ name: 'a.txt' }] });
    expect(await anna.answer('demo at once')).toMatchObject({ status: 'completed', attachments: [] });
  }, 60_000);
});
