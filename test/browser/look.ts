/** A page as people look at it, and as axe does. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { pictureFile } from '../support/browser.ts';

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Saves a picture for people to look at, in which nothing that moves is caught in the middle, and asks axe. */
export async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: await pictureFile(name), animations: 'disabled' });
  await isAccessible(page);
}

/** Whether axe finds nothing to object to. */
async function isAccessible(page: Page): Promise<void> {
  // Legacy mode is one run in the page. The other opens a second page for what frames report, and a page of ours has none.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await axe.analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
