/** A real Chromium, with a separate browser context for each user in it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, expect } from 'vitest';
import { sharedChromium } from './chromium.ts';

export interface TestBrowser {
  /** A person with an empty profile, whose pages all come from `url`. */
  visitor(url: string, options?: BrowserContextOptions): Promise<Visitor>;
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What a page complained of, and whatever it loaded from elsewhere. Nobody may leave with any. */
  readonly trouble: readonly string[];
  /** Complaints that belong to the test: a server that is away cannot be reached. */
  expectTrouble(...expected: RegExp[]): void;
}

/**
 * For the top of a file: the worker's Chromium, and after each test a look at the trouble of its visitors. `names` are those
 * of other sites that lead to this machine.
 */
export function useBrowser({ names = [] }: { names?: string[] } = {}): TestBrowser {
  const visits: Visit[] = [];
  let browser: Browser;

  beforeAll(async () => {
    browser = await sharedChromium(names);
  });

  afterEach(async ({ task }) => {
    const past = visits.splice(0);
    if (task.result?.state === 'fail') await Promise.all(past.map((visit) => keepPictures(visit, task.name)));
    for (const { visitor } of past) await visitor.context.close();
    expect(past.flatMap(({ visitor, expected }) => unexpected(visitor.trouble, expected))).toEqual([]);
  });

  return {
    async visitor(url, options = {}) {
      const context = await browser.newContext({ baseURL: url, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const expected: RegExp[] = [];
      const visitor: Visitor = {
        context,
        page: await context.newPage(),
        trouble: troubleOf(context, new URL(url).origin),
        expectTrouble: (...more) => expected.push(...more),
      };
      visits.push({ visitor, expected });
      return visitor;
    },
  };
}

/** Where pictures go that are made for people to look at. */
export async function pictureFile(name: string): Promise<string> {
  await mkdir(PICTURES, { recursive: true });
  return join(PICTURES, `${name.replace(/[^\w-]+/g, '-')}.png`);
}

interface Visit {
  visitor: Visitor;
  expected: RegExp[];
}

function troubleOf(context: BrowserContext, origin: string): string[] {
  const trouble: string[] = [];
  context.on('console', (message) => {
    // A refused script, style or connection (content security policy) is an error on the console too.
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => trouble.push(`exception: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) trouble.push(`request to elsewhere: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // The page itself ended it: an event stream at a reload.
    if (reason !== 'net::ERR_ABORTED') trouble.push(`request failed: ${request.url()} ${reason}`);
  });
  return trouble;
}

function unexpected(trouble: readonly string[], expected: readonly RegExp[]): string[] {
  return trouble.filter((each) => !expected.some((pattern) => pattern.test(each)));
}

/** For whoever has to find out why a test failed. */
async function keepPictures({ visitor }: Visit, test: string): Promise<void> {
  for (const [index, page] of visitor.context.pages().entries()) {
    await page.screenshot({ path: await pictureFile(`failed-${test}-${index}`) }).catch(() => {});
  }
}

const PICTURES = join(import.meta.dirname, '..', '..', 'test-output');

// A busy machine is no failure; below the limit of a test, so that the failure names what was waited for.
const PATIENCE_MS = 20_000;
