/** A real Chromium, with a separate browser context for each user in it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { sharedChromium } from './chromium.ts';

export interface TestBrowser {
  /** A person with an empty profile, whose pages all come from `url`. `fresh`: in a tab that nobody had before. */
  visitor(url: string, options?: BrowserContextOptions, more?: { fresh?: boolean }): Promise<Visitor>;
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
 * of other sites that lead to this machine. `sameTab`: visitors without options get one tab after the other, emptied in
 * between; there the page's scripts are compiled already, which is half of the cost of a short visit. For tests that leave
 * nothing in a page but what it keeps itself.
 */
export function useBrowser({ names = [], sameTab = false }: Manner = {}): TestBrowser {
  const visits: Visit[] = [];
  let browser: Browser;
  let idle: Tab | null = null;

  beforeAll(async () => {
    browser = await sharedChromium(names);
  });

  afterEach(async ({ task }) => {
    const past = visits.splice(0);
    if (task.result?.state === 'fail') await Promise.all(past.map((visit) => keepPictures(visit, task.name)));
    const kept = task.result?.state === 'fail' ? undefined : past.find(({ tab }) => tab.mayStay);
    for (const { tab } of past) if (tab !== kept?.tab) await tab.context.close();
    const trouble = past.flatMap(({ visitor, expected }) => unexpected(visitor.trouble, expected));
    if (kept !== undefined) idle = await empty(kept.tab);
    expect(trouble).toEqual([]);
  });

  afterAll(() => idle?.context.close());

  async function newTab(url: string, options: BrowserContextOptions, mayStay: boolean): Promise<Tab> {
    const context = await browser.newContext({ baseURL: url, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return { url, context, page: await context.newPage(), trouble: troubleOf(context, new URL(url).origin), mayStay };
  }

  async function takeIdle(url: string): Promise<Tab | null> {
    const taken = idle;
    idle = null;
    if (taken === null || taken.url === url) return taken;
    await taken.context.close();
    return null;
  }

  return {
    async visitor(url, options = {}, { fresh = false } = {}) {
      const mayStay = sameTab && !fresh && Object.keys(options).length === 0;
      const tab = (mayStay ? await takeIdle(url) : null) ?? (await newTab(url, options, mayStay));
      const { context, page, trouble } = tab;
      const expected: RegExp[] = [];
      const visitor: Visitor = { context, page, trouble, expectTrouble: (...more) => expected.push(...more) };
      visits.push({ tab, visitor, expected });
      return visitor;
    },
  };
}

/** Where pictures go that are made for people to look at. */
export async function pictureFile(name: string): Promise<string> {
  await mkdir(PICTURES, { recursive: true });
  return join(PICTURES, `${name.replace(/[^\w-]+/g, '-')}.png`);
}

interface Manner {
  names?: string[];
  sameTab?: boolean;
}

interface Tab {
  url: string;
  context: BrowserContext;
  page: Page;
  trouble: string[];
  /** Whether the next visitor may have it. */
  mayStay: boolean;
}

/** Makes it as for somebody who was never here. Closes it, and returns null, where that can't be done. */
async function empty(tab: Tab): Promise<Tab | null> {
  const { context, page, trouble } = tab;
  try {
    for (const other of context.pages()) if (other !== page) await other.close();
    await Promise.all([page.unrouteAll(), context.unrouteAll(), context.setOffline(false)]);
    await page.setViewportSize(VIEWPORT);
    // Of the same origin, so that the tab keeps its process; it runs nothing that would write again.
    await page.goto('/healthz');
    await page.evaluate('localStorage.clear(); sessionStorage.clear()');
    await Promise.all([context.clearCookies(), context.clearPermissions()]);
    trouble.length = 0;
    return tab;
  } catch {
    await context.close();
    return null;
  }
}

interface Visit {
  tab: Tab;
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
    // What the page has made itself has its origin, and is loaded from nowhere.
    if (
      !request
        .url()
        .replace(/^blob:/, '')
        .startsWith(`${origin}/`)
    )
      trouble.push(`request to elsewhere: ${request.url()}`);
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

// Playwright's own.
const VIEWPORT = { width: 1280, height: 720 };

// A busy machine is no failure; below the limit of a test, so that the failure names what was waited for.
const PATIENCE_MS = 20_000;
