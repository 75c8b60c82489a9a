/** Records what a page shows at every change, so that even what is shown for a moment only can be tested. */
import type { Page } from 'playwright-core';

export interface Watch {
  /** All text of the page, one entry for each state. */
  page(): Promise<string[]>;
  /** The text of the newest answer, as often as it was another. */
  answer(): Promise<string[]>;
}

/** From now until the page is left. */
export async function watch(page: Page): Promise<Watch> {
  const seen = await page.evaluateHandle(() => {
    const states = { page: [] as string[], answer: [] as string[] };
    const note = (list: string[], text: string) => {
      if (text !== list.at(-1)) list.push(text);
    };
    const look = () => {
      note(states.page, document.body.textContent);
      note(
        states.answer,
        [...document.querySelectorAll('article')].at(-1)?.querySelector('.markdown')?.textContent ?? '',
      );
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    return states;
  });
  return {
    page: () => seen.evaluate((states) => states.page),
    answer: () => seen.evaluate((states) => states.answer),
  };
}
