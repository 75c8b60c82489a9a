import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { en as admin } from '../../src/web/admin/locales/en.ts';
import { de } from '../../src/web/locales/de.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { files, png, zip } from '../support/files.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { dashboard } from './admin.ts';
import { type Chat, signedIn } from './chat.ts';

const browser = useBrowser();
const gateway = useGateway();

interface Picked {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const picture = { name: 'plan.png', mimeType: 'image/png', buffer: png(40, 30) };
const note = { name: 'note.txt', mimeType: 'text/plain', buffer: files['text/plain'] };
const disguised = { name: 'photo.png', mimeType: 'image/png', buffer: zip };

const pick = ({ page }: Chat, ...picked: Picked[]) => page.locator('input[type=file]').setInputFiles(picked);
const written = ({ page }: Chat) => page.getByRole('list', { name: en.filesToSend }).getByRole('listitem');
const uploaded = async (chat: Chat, name: string) => {
  const item = written(chat).filter({ hasText: name });
  await item.waitFor();
  await item.getByRole('progressbar').waitFor({ state: 'detached' });
  return item;
};

/** Files come as a person's browser hands them over: in a drop, or from the clipboard. */
async function hand(
  page: Page,
  kind: 'drop' | 'paste' | 'drag' | 'leave',
  { name, mimeType, buffer }: Picked,
): Promise<void> {
  await page.evaluate(
    ([how, called, type, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], called, { type }));
      const target = document.querySelector('textarea');
      const init = { bubbles: true, cancelable: true };
      if (how === 'paste') target?.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: data }));
      else if (how === 'leave') target?.dispatchEvent(new DragEvent('dragleave', { ...init, dataTransfer: data }));
      else {
        target?.dispatchEvent(new DragEvent('dragover', { ...init, dataTransfer: data }));
        if (how === 'drop') target?.dispatchEvent(new DragEvent('drop', { ...init, dataTransfer: data }));
      }
    },
    [kind, name, mimeType, [...buffer]] as const,
  );
}

describe('files of a question', () => {
  test('are picked, sent, and shown with the question, also after a reload', async () => {
    const chat = await signedIn(browser, gateway(), 'anna');
    await pick(chat, picture, note);
    await uploaded(chat, 'plan.png');
    await uploaded(chat, 'note.txt');
    const { answered, says, whole } = await chat.ask('What are these?');
    await answered();
    await says('I got 2 files');
    await says('First line: größe');
    expect(await written(chat).count()).toBe(0);
    await chat.page.reload();
    const shown = whole.getByRole('list', { name: en.files });
    const image = shown.locator('img');
    await image.waitFor();
    await expect.poll(() => image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(40);
    const saved = chat.page.waitForEvent('download');
    await shown.getByRole('button', { name: 'note.txt' }).click();
    expect((await saved).suggestedFilename()).toBe('note.txt');
  });

  test('can be the whole question: it is named by them in the list of conversations and in the search', async () => {
    const chat = await signedIn(browser, gateway(), 'paula');
    expect(await chat.button(en.send).isDisabled()).toBe(true);
    await pick(chat, picture);
    await uploaded(chat, 'plan.png');
    await chat.box.press('Enter');
    await chat.page.getByText('I got one file').waitFor();
    expect(await written(chat).count()).toBe(0);
    await chat.page.getByRole('heading', { name: 'plan.png' }).waitFor({ state: 'attached' });
    await chat.page.getByRole('navigation').getByText('plan.png').waitFor();
    expect(await new AxeBuilder({ page: chat.page }).analyze()).toMatchObject({ violations: [] });
    await chat.button(en.askAgain).click();
    await expect.poll(() => chat.page.getByText('I got one file').count()).toBe(2);
  });

  test.each(['drop', 'paste'] as const)('are taken from a %s', async (kind) => {
    const chat = await signedIn(browser, gateway(), `ben-${kind}`);
    await hand(chat.page, kind, picture);
    const item = await uploaded(chat, 'plan.png');
    expect(await item.locator('img').evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(40);
    const { says } = await chat.ask('What is this?');
    await says('**plan.png**'.replaceAll('*', ''));
  });

  test('are removed before the question is sent', async () => {
    const chat = await signedIn(browser, gateway(), 'carl');
    await pick(chat, picture, note);
    await uploaded(chat, 'note.txt');
    await chat.button(en.removeFile('plan.png')).click();
    const { says } = await chat.ask('What is this?');
    await says('I got one file');
    await says('note.txt');
  });

  test('that are refused say why, and hold the question back until they are removed', async () => {
    const chat = await signedIn(browser, gateway(), 'dora');
    chat.visitor.expectTrouble(/400/);
    await pick(chat, disguised);
    await written(chat)
      .filter({ hasText: 'This file can’t be attached. Images (PNG, JPEG, GIF, WebP), PDF' })
      .waitFor();
    await chat.box.fill('What is this?');
    expect(await chat.button(en.send).isDisabled()).toBe(true);
    await chat.button(en.removeFile('photo.png')).click();
    expect(await chat.button(en.send).isEnabled()).toBe(true);
    await pick(chat, ...Array.from({ length: 6 }, (_, i) => ({ ...note, name: `${i}.txt` })));
    await chat.page
      .getByRole('alert')
      .filter({ hasText: en.tooManyFiles(5) })
      .waitFor();
    await expect.poll(() => written(chat).count()).toBe(5);
    await pick(chat, { ...note, name: 'x' });
    expect(await written(chat).count()).toBe(5);
  });

  test('that are too large are not even sent', async () => {
    const chat = await signedIn(browser, gateway(), 'emil', { words: de, options: { locale: 'de' } });
    // Made there: to bring it to the browser would take longer than the test.
    await chat.page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(10 * 1024 * 1024 + 1)], 'large.txt'));
      const paste = { bubbles: true, cancelable: true, clipboardData: data };
      document.querySelector('textarea')?.dispatchEvent(new ClipboardEvent('paste', paste));
    });
    await chat.page.getByText(de.fileTooLarge('10.240\u00a0kB'), { exact: true }).waitFor();
  });

  test.each([
    ['a phone', { viewport: { width: 390, height: 740 }, hasTouch: true, isMobile: true }],
    ['a frame of 400 px', { viewport: { width: 400, height: 560 } }],
  ])('fit on %s, and axe finds nothing', async (_, options) => {
    const chat = await signedIn(browser, gateway(), `fritz-${options.viewport.width}`, { options });
    chat.visitor.expectTrouble(/400/);
    await pick(chat, picture, { ...note, name: `${'a long name '.repeat(9)}.txt` }, disguised);
    await uploaded(chat, 'plan.png');
    await written(chat).filter({ hasText: 'can’t be attached' }).waitFor();
    const wide = () =>
      chat.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await wide()).toBe(0);
    expect((await new AxeBuilder({ page: chat.page }).analyze()).violations).toEqual([]);
    await chat.button(en.removeFile('photo.png')).click();
    await (await chat.ask('What are these?')).answered();
    expect(await wide()).toBe(0);
    expect((await new AxeBuilder({ page: chat.page }).analyze()).violations).toEqual([]);
  });
});

test('PALIADIN_ATTACHMENTS=off: the page has no button for files, and says why where they are dropped or pasted', async () => {
  const off = await gatewayForTest({ env: { PALIADIN_ATTACHMENTS: 'off' } });
  const chat = await signedIn(browser, off, 'anna');
  expect(await chat.button(en.attach).count()).toBe(0);
  expect(await chat.page.locator('input[type=file]').count()).toBe(0);
  const why = chat.page.getByRole('alert').filter({ hasText: en.noFiles });
  for (const how of ['drop', 'paste'] as const) {
    await hand(chat.page, how, picture);
    await why.waitFor();
    await chat.button(en.dismiss).click();
    await why.waitFor({ state: 'detached' });
  }
  await hand(chat.page, 'drag', picture);
  await chat.page.locator('.drop-here').filter({ hasText: en.noFiles }).waitFor();
  await hand(chat.page, 'leave', picture);
  await chat.page.locator('.drop-here').waitFor({ state: 'detached' });
  await (await chat.ask('demo at once')).answered();
  expect(await written(chat).count()).toBe(0);
});

test('what is copied from a document is pasted as its text, not as the picture that comes with it', async () => {
  const chat = await signedIn(browser, gateway(), 'hugo');
  const isTaken = await chat.page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(9)], 'image.png', { type: 'image/png' }));
    data.setData('text/html', '<table><tr><td>4711</td></tr></table>');
    data.setData('text/plain', '4711');
    const paste = { bubbles: true, cancelable: true, clipboardData: data };
    // The browser inserts the text where nobody prevents it.
    return !document.querySelector('textarea')?.dispatchEvent(new ClipboardEvent('paste', paste));
  });
  expect(isTaken).toBe(false);
  expect(await written(chat).count()).toBe(0);
});

test('the dashboard shows the files of a question by harmless names, and saves them under these', async () => {
  const client = await gateway().as('mallory');
  const names = [
    '../../../etc/passwd',
    'a\u202egnp.exe',
    '\u001b[2J\r\nb.txt',
    `${'ü'.repeat(250)}.txt`,
    '<img src=x onerror=alert(1)>',
  ];
  const shown: string[] = [];
  const ids: string[] = [];
  for (const name of names) {
    const { id, name: clean } = await client.upload(name, files['text/plain']);
    ids.push(id);
    shown.push(clean);
  }
  expect(shown).toEqual([
    'passwd',
    'agnp.exe',
    '[2Jb.txt',
    `${'ü'.repeat(80)}…${'ü'.repeat(15)}.txt`,
    '<img src=x onerror=alert(1)>',
  ]);
  const { turnId } = await client.answer('', { attachments: ids });
  const { page, open } = await dashboard(browser, gateway());
  await open(`/turns/${turnId}`);
  const list = page.getByRole('list', { name: admin.turn.files });
  expect(await list.locator('.file-name').allTextContents()).toEqual(shown);
  await page.getByRole('heading', { level: 1, name: /^passwd, agnp\.exe/ }).waitFor();
  for (const name of shown) {
    const saved = page.waitForEvent('download');
    await list.getByRole('button', { name }).click();
    const suggested = (await saved).suggestedFilename();
    expect(suggested).not.toMatch(/[/\\\p{Cc}\u202e]/u);
    expect(suggested).not.toMatch(/^\./);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(
    true,
  );
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});
