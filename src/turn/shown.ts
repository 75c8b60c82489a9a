/** What has been streamed of a running turn's answer, put together from its stored chunks. */
import type { Store, Turn } from '../audit/store.ts';

export async function shownSoFar(store: Store, { userId, turnId }: Turn): Promise<string> {
  let text = '';
  let after = 0;
  for (;;) {
    const events = await store.events.after({ userId, turnId, after, limit: PAGE });
    for (const { id, event } of events) {
      if (event.type === 'chunk') text = text.slice(0, event.offset) + event.text;
      after = id;
    }
    if (events.length < PAGE) return text;
  }
}

const PAGE = 500;
