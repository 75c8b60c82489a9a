/** Observes a page from inside: when the first words of an answer reached it, and when they were in its document. */
import type { Page } from 'playwright-core';

export interface PageWatch {
  /** Waits for these first words in the turn that has this question. Resolves when they are there. */
  first(question: string, words: string): Promise<Seen>;
}

/** On the clock that all processes of the machine share, in milliseconds since 1970. */
export interface Seen {
  /** The event stream delivered text. */
  received: number;
  /** The words are in the document. */
  shown: number;
}

/** Call before the page is opened. */
export async function watchPage(page: Page): Promise<PageWatch> {
  await page.addInitScript(() => {
    const clock = () => performance.timeOrigin + performance.now();
    let look = () => {};
    let received = 0;
    const fetchFromServer = window.fetch.bind(window);
    window.fetch = async (input, init) => {
      const response = await fetchFromServer(input, init);
      if (response.body === null || !String(input).startsWith('/api/events')) return response;
      // Read as it passes through: reading a copy would make the page wait for both.
      const passing = new TransformStream<string, string>({
        transform(text, controller) {
          if (text.includes('event: chunk')) received ||= clock();
          controller.enqueue(text);
        },
      });
      const body = response.body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(passing)
        .pipeThrough(new TextEncoderStream());
      const { status, headers } = response;
      return new Response(body, { status, headers });
    };
    new MutationObserver(() => look()).observe(document, { subtree: true, childList: true, characterData: true });
    Object.assign(window, {
      firstWords: (question: string, words: string) =>
        new Promise((resolve) => {
          received = 0;
          look = () => {
            const text = [...document.querySelectorAll('article')].at(-1)?.textContent ?? '';
            if (!text.includes(question) || !text.includes(words)) return;
            look = () => {};
            resolve({ received, shown: clock() });
          };
        }),
    });
  });
  return {
    first: (question, words) =>
      page.evaluate(([asked, wanted]) => (window as unknown as Inside).firstWords(asked, wanted), [
        question,
        words,
      ] as const),
  };
}

interface Inside {
  firstWords(question: string, words: string): Promise<Seen>;
}
