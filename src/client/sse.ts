/** Reads server-sent events from a response. */

export interface StreamedMessage {
  type: string;
  /** Of this event, or of the last one before it that had one; empty before. */
  id: string;
  data: string;
}

/** The server gives a sign of life every 10 s: where two are missing the line is dead, and nobody has told us. */
export const SILENCE_MS = 25_000;

export function isStream(response: Response): boolean {
  return response.status === 200 && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

export async function* textOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

/** A block of lines up to an empty one. `data` null: a block without, such as a comment. */
interface Block {
  type: string;
  id: string | null;
  data: string | null;
  retry: number | null;
}

/** Takes the stream in pieces, as they come, and gives the blocks that are whole by then. */
export function createParser(): (text: string) => Block[] {
  let rest = '';
  let block = emptyBlock();
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const blocks: Block[] = [];
    for (const line of lines) {
      if (line !== '') {
        readLine(line, block);
      } else {
        blocks.push(block);
        block = emptyBlock();
      }
    }
    return blocks;
  };
}

function emptyBlock(): Block {
  return { type: 'message', id: null, data: null, retry: null };
}

function readLine(line: string, block: Block): void {
  const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
  if (field === 'event') block.type = value;
  else if (field === 'id') block.id = value;
  else if (field === 'data') block.data = block.data === null ? value : `${block.data}\n${value}`;
  else if (field === 'retry' && /^\d+$/.test(value)) block.retry = Number(value);
}
