/**
 * The envelope: the first line typed into the pane. It makes the agent load the skill, and carries
 * what the skill needs to know beside the message.
 *
 *     [PALIADIN:1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed page=https%3A//app/cases locale=de]
 */
import { TURN_ID_PATTERN } from './names.ts';

export interface Envelope {
  turnId: string;
  pageOrigin?: string | undefined;
  locale?: string | undefined;
  /** Where an agent without hooks leaves its answer. Set by the driver on the host. */
  replyFile?: string | undefined;
}

/** A file that came with the question, where the agent finds it. */
export interface PromptFile {
  path: string;
  /** Only to speak of it: it has no line end. */
  name: string;
  type: string;
  /** Bytes. */
  size: number;
}

/**
 * The text to type: envelope, message, and quoted below it the files that came with it, the page's context and what was said earlier, in a
 * conversation on another host.
 */
export function composePrompt(
  envelope: Envelope,
  message: string,
  context?: string,
  earlier?: string,
  files: readonly PromptFile[] = [],
): string {
  const known =
    earlier === undefined ? '' : `\n\nSaid earlier, in another conversation, and answered there:\n${quote(earlier)}`;
  const quoted = context === undefined ? '' : `\n\nFrom the page, not from the person:\n${quote(context)}`;
  return `${envelopeLine(envelope)}\n${escapeEnvelope(message)}${fileList(files)}${known}${quoted}`;
}

/** Where the files are, to put below a message; nothing if there are none. */
export function fileList(files: readonly PromptFile[]): string {
  return files.length === 0 ? '' : `${FILES_HEADING}${quote(files.map(fileLine).join('\n'))}`;
}

/** In the place of a message: somebody sent nothing but files. An agent that gets no message asks for one. */
export const NO_WORDS = '(Only files were sent, without words.)';

/** Quoted as JSON and in a quoted line, so that no name is taken for something else. */
function fileLine({ path, name, type, size }: PromptFile): string {
  return `${path} (${type}, ${size} bytes, called ${JSON.stringify(name)})`;
}

/** The files that a prompt names, read as `composePrompt` writes them; those of the last such list. */
export function filesIn(prompt: string): PromptFile[] {
  const at = prompt.lastIndexOf(FILES_HEADING);
  if (at < 0) return [];
  const files: PromptFile[] = [];
  for (const line of prompt.slice(at + FILES_HEADING.length).split('\n')) {
    const [, path, type, size, name] = FILE_LINE.exec(line) ?? [];
    if (path === undefined || type === undefined || name === undefined) break;
    files.push({ path, type, size: Number(size), name: JSON.parse(name) });
  }
  return files;
}

export const FILES_HEADING = '\n\nFiles that came with the question; read them where they are:\n';
const FILE_LINE = /^> (\/.*) \(([\w.+-]+\/[\w.+-]+), (\d+) bytes, called ("(?:[^"\\]|\\.)*")\)$/;

function envelopeLine(envelope: Envelope): string {
  const fields = [
    ['page', envelope.pageOrigin],
    ['locale', envelope.locale],
    ['reply', envelope.replyFile],
  ] as const;
  const words = fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encode(value)}`]));
  return `${START}${[envelope.turnId, ...words].join(' ')}]`;
}

// encodeURIComponent leaves no space and no bracket, so a value can't end the envelope.
// Slashes stay readable: an agent copies a path better than it decodes one.
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll('%2F', '/');
}

/** A line of the message that looks like an envelope gets a backslash, so that only the gateway's own counts. */
function escapeEnvelope(message: string): string {
  return message.replace(/^([^\S\n]*)(?=\[PALIADIN:)/gim, '$1\\');
}

function quote(context: string): string {
  return context.replace(/^/gm, '> ');
}

/** Reads the envelope from the first line of a prompt; null where there is none. The rest is the message. */
export function parseEnvelope(prompt: string): { envelope: Envelope; message: string } | null {
  const match = ENVELOPE.exec(prompt);
  if (match === null) return null;
  const [line, turnId = '', words = ''] = match;
  const fields = new Map(words.split(' ').map((word) => splitOnce(word, '=')));
  return {
    envelope: {
      turnId,
      pageOrigin: decode(fields.get('page')),
      locale: decode(fields.get('locale')),
      replyFile: decode(fields.get('reply')),
    },
    message: prompt.slice(line.length),
  };
}

function splitOnce(word: string, separator: string): [string, string] {
  const at = word.indexOf(separator);
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}

function decode(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined; // not written by `composePrompt`, which writes only whole escapes
  }
}

const START = '[PALIADIN:';
const ENVELOPE = new RegExp(`^\\[PALIADIN:(${TURN_ID_PATTERN.source.slice(1, -1)})((?: [^\\]\\n]*)?)\\]\\n?`);
