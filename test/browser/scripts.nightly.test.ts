/** Text in scripts without spaces between words, and in scripts written from right to left. */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';
import { look } from './look.ts';

const browser = useBrowser();
const gateway = useGateway();

const ANSWER = `**重要：**请注意。**“合同”**见 https://example.org/a（说明）。

# שלום עולם

זה **חשוב**: ראו את \`case.md\`.

- פריט ראשון
- פריט שני

| תיק | מועד |
|---|---|
| 42 | מחר |

> ציטוט

\`\`\`sql
SELECT 1
\`\`\`

The mass is \\(E = mc^2\\).`;

test('emphasis and links end correctly in every script, and each block has its own direction', async () => {
  const { page, ask, box } = await signedIn(browser, gateway(), 'anna');
  await (await ask('demo at once')).answered();
  // No agent of ours writes so; the history says that one did.
  await page.route('**/api/turns?*', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.turns[0].response = ANSWER;
    json.turns[0].message = 'מה נשמע?';
    await route.fulfill({ response, json });
  });
  await page.reload();
  const answer = page.locator('.markdown');
  await answer.getByRole('heading').waitFor();
  expect(await answer.locator('strong').allTextContents()).toEqual(['重要：', '“合同”', 'חשוב']);
  expect(await answer.getByRole('link').allTextContents()).toEqual(['https://example.org/a']);
  expect(await answer.textContent()).toContain('The mass is E=mc2.');
  expect(await answer.locator('math').count()).toBe(1);

  const rightToLeft = [
    ...['h3', 'ul', 'ul > li', 'table', 'th', 'blockquote'].map((tag) => answer.locator(tag).first()),
    answer.getByText('חשוב').locator('..'),
    page.getByRole('heading', { level: 2, name: 'מה נשמע?' }),
  ];
  expect(await Promise.all(rightToLeft.map(direction))).toEqual(rightToLeft.map(() => 'rtl'));
  const leftToRight = [answer.locator('pre'), answer.getByText('The mass'), box];
  expect(await Promise.all(leftToRight.map(direction))).toEqual(leftToRight.map(() => 'ltr'));
  await box.fill('שלום');
  expect(await direction(box)).toBe('rtl');

  await look(page, 'scripts');
});

function direction(element: Locator): Promise<string> {
  return element.evaluate((node) => getComputedStyle(node).direction);
}
