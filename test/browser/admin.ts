/** The dashboard as the owner uses it. */
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { en, type Words } from '../../src/web/admin/locales/en.ts';
import type { TestBrowser, Visitor } from '../support/browser.ts';
import type { TestGateway } from '../support/gateway.ts';
import { look as lookAt } from './look.ts';

export interface Dashboard {
  readonly visitor: Visitor;
  readonly page: Page;
  readonly status: Locator;
  /** Goes to a path below `/admin`, and waits for its heading. */
  open(path: string): Promise<void>;
  button(name: string): Locator;
  link(name: string): Locator;
  row(text: string): Locator;
}

export interface Manner {
  options?: BrowserContextOptions;
  words?: Words;
  /** Whose link it is. */
  subject?: string;
  /** Whether the test can move the page's clock. */
  clock?: boolean;
}

/** Signs the owner in, right at the dashboard. */
export async function dashboard(
  browser: TestBrowser,
  gateway: TestGateway,
  { options = {}, words = en, subject = 'owner', clock = false }: Manner = {},
): Promise<Dashboard> {
  const visitor = await browser.visitor(gateway.url, options, { fresh: clock });
  const { page } = visitor;
  if (clock) await page.clock.install();
  const { hash } = new URL(await gateway.signInLink(subject));
  await page.goto(`/admin${hash}`);
  await page.getByRole('heading', { level: 1, name: words.pages.overview }).waitFor({ state: 'attached' });
  return {
    visitor,
    page,
    status: page.getByRole('status'),
    async open(path) {
      await page.goto(`/admin${path}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
      // Each part of a page loads by itself.
      await expect.poll(() => page.getByText(words.loading, { exact: true }).count()).toBe(0);
    },
    button: (name) => page.getByRole('button', { name, exact: true }),
    link: (name) => page.getByRole('link', { name, exact: true }),
    row: (text) => page.getByRole('row').filter({ hasText: text }),
  };
}

/** Presses the button, and gives the file that the browser saves then. */
export async function saved(button: Locator): Promise<{ name: string; text: string }> {
  const download = button.page().waitForEvent('download');
  await button.click();
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

/** Waits until the overview says that all is well. On a busy machine a probe of the host may have failed just before. */
export async function works(page: Page, words: Words): Promise<void> {
  await page.getByText(words.health.works).waitFor({ timeout: 60_000 });
}

/** As every page is looked at; and nothing of it is cut off at the side. */
export async function look(page: Page, name: string): Promise<void> {
  await lookAt(page, name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
}
