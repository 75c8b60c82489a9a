/**
 * What the frame and the application's page say to each other. The page around is one of the listed origins, or the browser
 * would not show the frame; of that page only the window right around it counts, and only its first word, which brings a port.
 * What it says is context, and never who asks.
 */

/** What a loader says that hands over its port. An older loader may be in a browser's cache for long. */
const SPOKEN_VERSIONS: ReadonlySet<unknown> = new Set([1]);

export interface HostPage {
  /** The `data-` attributes of the script tag. */
  attributes: Readonly<Record<string, unknown>>;
  /** The page's origin, as the browser says it. */
  origin: string;
  /** In the page itself, without a button. */
  inline: boolean;
  /** A token of the application for whoever is signed in there. @throws TokenRefused */
  token(): Promise<string>;
  send(type: 'open' | 'unread' | 'out' | 'changed' | 'where' | 'close' | 'show', detail?: unknown): void;
  /** The newest listener hears everything, also what was said before it came. */
  listen(listener: (message: PageMessage) => void): void;
}

export type PageMessage =
  | { type: 'context'; said: Readonly<Record<string, unknown>> }
  | { type: 'shown'; shown: boolean }
  | { type: 'focus'; last: boolean }
  | { type: 'ask'; text: string; send: boolean }
  | { type: 'shutdown' };

/** The application gave no token: its answer's status, or 0 where there was none. */
export class TokenRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the application's token endpoint answered ${status}`);
    this.status = status;
  }
}

/** Its loader is of another version than any that this frame speaks. */
export class OtherVersion extends Error {}

/** Says hello, and resolves with the first port that the page around hands over. @throws OtherVersion */
export function meetHostPage(own: Window, parent: Window): Promise<HostPage> {
  return new Promise((resolve, reject) => {
    const onMessage = ({ source, origin, data, ports }: MessageEvent) => {
      const [port] = ports;
      if (source !== parent || port === undefined || typeof data !== 'object' || data === null) return;
      own.removeEventListener('message', onMessage);
      if (!SPOKEN_VERSIONS.has(data.paliadin)) return reject(new OtherVersion());
      const attributes = typeof data.look === 'object' && data.look !== null ? data.look : {};
      resolve(talk(port, { attributes, origin, inline: data.inline === true }));
    };
    own.addEventListener('message', onMessage);
    // Nothing that is a secret: whoever is around may know that this is the chat.
    parent.postMessage('paliadin', '*');
  });
}

function talk(port: MessagePort, page: Pick<HostPage, 'attributes' | 'origin' | 'inline'>): HostPage {
  const waiting = new Map<number, (answer: { status: number; text: string }) => void>();
  const early: PageMessage[] = [];
  /** The newest of what a later listener has to know. */
  const known = new Map<string, PageMessage>();
  let listener: ((message: PageMessage) => void) | null = null;
  let asked = 0;

  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!Array.isArray(data)) return;
    const [type, ...rest] = data as unknown[];
    if (type === 'token') {
      const [id, status, text] = rest;
      waiting.get(Number(id))?.({ status: Number(status), text: typeof text === 'string' ? text : '' });
      return;
    }
    const message = read(type, rest);
    if (message === null) return;
    if (message.type === 'context' || message.type === 'shown') known.set(message.type, message);
    if (listener !== null) listener(message);
    else if (early.length < MOST_EARLY) early.push(message);
  };

  return {
    ...page,
    async token() {
      const id = ++asked;
      const answer = await new Promise<{ status: number; text: string }>((resolve) => {
        waiting.set(id, resolve);
        setTimeout(() => resolve({ status: 0, text: '' }), TOKEN_PATIENCE_MS);
        port.postMessage(['token', id]);
      });
      waiting.delete(id);
      if (answer.status !== 200) throw new TokenRefused(answer.status);
      return tokenIn(answer.text);
    },
    send: (type, detail) => port.postMessage([type, detail]),
    listen(next) {
      const again = listener !== null;
      listener = next;
      if (again) for (const message of known.values()) next(message);
      for (const message of early.splice(0)) next(message);
    },
  };
}

/** Null for what this version does not know. */
function read(type: unknown, [first, second]: unknown[]): PageMessage | null {
  switch (type) {
    case 'context':
      return typeof first === 'object' && first !== null ? { type, said: first as Record<string, unknown> } : null;
    case 'shown':
      return { type, shown: first === true };
    case 'focus':
      return { type, last: first === true };
    case 'ask':
      return typeof first === 'string' ? { type, text: first.slice(0, MOST_ASKED), send: second === true } : null;
    case 'shutdown':
      return { type };
    default:
      return null;
  }
}

/** As text, or as JSON: a string, or an object with `token`. */
function tokenIn(text: string): string {
  const trimmed = text.trim();
  if (!/^[{"]/.test(trimmed)) return trimmed;
  try {
    const json: unknown = JSON.parse(trimmed);
    const token = typeof json === 'object' && json !== null && 'token' in json ? json.token : json;
    return typeof token === 'string' ? token : '';
  } catch {
    return trimmed;
  }
}

const MOST_EARLY = 50;
const MOST_ASKED = 100_000;
/** An application that has to wake up first takes some seconds. */
const TOKEN_PATIENCE_MS = 15_000;
