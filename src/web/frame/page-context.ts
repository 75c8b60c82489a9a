/**
 * What the page around says about itself. Anybody who can change a title or a selection there writes it: it is shown to the
 * person, who can take each piece away, and it goes to the agent as what the page says.
 */
import { sayable } from './sayable.ts';

export interface PageContext {
  /** The page's address; null where it says none. */
  page: string | null;
  title: string | null;
  /** What else it says, by name. */
  items: readonly (readonly [name: string, text: string])[];
}

export const NO_CONTEXT: PageContext = { page: null, title: null, items: [] };

/** Takes text alone, a few pieces of it, and no more of each than an agent needs. `origin` is the page's own. */
export function readContext(said: Readonly<Record<string, unknown>>, origin: string): PageContext {
  const { page, title, ...rest } = said;
  const items = Object.entries(rest)
    .map(([name, value]) => [sayable(name, MOST_NAME), textOf(value)] as const)
    .filter(([name, text]) => name !== '' && text !== '')
    .slice(0, MOST_ITEMS);
  return { page: pageIn(page, origin), title: textOf(title, MOST_TITLE) || null, items };
}

/** For the agent: one line a piece. Null where there is nothing to say. */
export function contextText({ title, items }: PageContext): string | null {
  const lines = [...(title === null ? [] : [['title', title] as const]), ...items].map(
    ([name, text]) => `${name}: ${text.replaceAll('\n', '\n  ')}`,
  );
  return lines.length === 0 ? null : lines.join('\n').slice(0, MOST_TEXT);
}

/** The page's own address, of its own origin. */
function pageIn(page: unknown, origin: string): string | null {
  if (typeof page !== 'string' || !URL.canParse(page, origin)) return null;
  const url = new URL(page, origin);
  if (url.origin !== origin) return null;
  // What follows # may be a secret of the page's.
  url.hash = '';
  return url.href.length > MOST_PAGE ? url.origin + url.pathname.slice(0, MOST_PAGE - url.origin.length) : url.href;
}

function textOf(value: unknown, most = MOST_ITEM): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? sayable(value, most) : '';
}

const MOST_ITEMS = 6;
const MOST_NAME = 40;
const MOST_TITLE = 200;
const MOST_ITEM = 1200;
/** What the API takes. */
const MOST_PAGE = 512;
const MOST_TEXT = 8000;
