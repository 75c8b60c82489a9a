/**
 * The trailer: the machine-readable end of an answer, an HTML comment on its last line.
 *
 *     <!-- paliadin {"used_tools":["cases.search"],"rows_seen":12,"classifier_tag":"lookup"} -->
 *
 * Nothing in here throws, whatever an agent wrote, and nothing that is not a trailer is taken away.
 */
import type { TrailerMeta } from './turn.ts';

const START = '<!-- paliadin';
const END = '-->';

/** Longer than any trailer. Anything longer is text, so a stray start can't hold back an answer. */
const MAX_TRAILER_LENGTH = 4096;

const MAX_TOOLS = 64;
const MAX_WORD_LENGTH = 100;

export interface SplitAnswer {
  body: string;
  meta: TrailerMeta;
  /** There was a trailer, and it could not be read. */
  malformed: boolean;
}

/** Splits a whole answer into what a person reads and what the audit row keeps. */
export function splitTrailer(answer: string): SplitAnswer {
  const text = answer.trimEnd();
  const at = heldFrom(text);
  if (at === null) return { body: text, meta: emptyMeta(), malformed: false };
  const body = text.slice(0, at).trimEnd();
  if (text.endsWith(END)) return { body, ...parseMeta(text.slice(at + START.length, -END.length)) };
  // A trailer that was cut off counts only where a whole one would stand: alone on the last line.
  return text
    .slice(text.lastIndexOf('\n') + 1)
    .trimStart()
    .startsWith(START)
    ? { body, meta: emptyMeta(), malformed: true }
    : { body: text, meta: emptyMeta(), malformed: false };
}

/**
 * How much of an answer that is still being written may be shown: everything up to where a trailer
 * stands or could be starting, without the white space before it. The length never shrinks as the answer grows.
 */
export function visibleLength(answer: string): number {
  const text = answer.trimEnd();
  return text.slice(0, heldFrom(text) ?? text.length - startedMarker(text)).trimEnd().length;
}

/** Where the trailer at the end of `answer` starts, whole or still unfinished; null where there is none. */
function heldFrom(answer: string): number | null {
  const at = answer.lastIndexOf(START);
  if (at < 0 || answer.length - at > MAX_TRAILER_LENGTH) return null;
  const end = answer.indexOf(END, at + START.length);
  return end < 0 || answer.slice(end + END.length).trim() === '' ? at : null;
}

/** Length of the beginning of `START` that `answer` ends with. */
function startedMarker(answer: string): number {
  for (let length = START.length - 1; length > 0; length--) {
    if (answer.endsWith(START.slice(0, length))) return length;
  }
  return 0;
}

function parseMeta(text: string): { meta: TrailerMeta; malformed: boolean } {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { meta: emptyMeta(), malformed: true };
  const {
    used_tools: tools = [],
    rows_seen: rows = null,
    classifier_tag: tag = null,
  } = json as Record<string, unknown>;
  const goodTools = Array.isArray(tools) && tools.length <= MAX_TOOLS && tools.every(isWord);
  const goodRows = rows === null || (Number.isSafeInteger(rows) && (rows as number) >= 0);
  const goodTag = tag === null || isWord(tag);
  return {
    meta: {
      usedTools: goodTools ? tools : [],
      rowsSeen: goodRows ? (rows as number | null) : null,
      classifierTag: goodTag ? tag : null,
    },
    malformed: !(goodTools && goodRows && goodTag),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_WORD_LENGTH;
}

function emptyMeta(): TrailerMeta {
  return { usedTools: [], rowsSeen: null, classifierTag: null };
}
