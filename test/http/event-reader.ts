/** Reads an event stream as a browser does, one block at a time. */
import type { IncomingMessage } from 'node:http';

export interface Block {
  id?: string;
  event?: string;
  data?: string;
  retry?: string;
  comment?: string;
}

export async function* blocksOf(response: IncomingMessage): AsyncGenerator<Block> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const piece of response) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() as string;
    for (const block of blocks) yield readBlock(block);
  }
}

/** The next `count` blocks that pass. Fails where the stream ends before. */
export async function take(
  blocks: AsyncGenerator<Block>,
  count: number,
  passes: (block: Block) => boolean = (block) => block.id !== undefined,
): Promise<Block[]> {
  const taken: Block[] = [];
  while (taken.length < count) {
    const { done, value } = await blocks.next();
    if (done) throw new Error(`the stream ended after ${taken.length} of ${count} blocks`);
    if (passes(value)) taken.push(value);
  }
  return taken;
}

/** Everything up to the end. */
export async function rest(blocks: AsyncGenerator<Block>): Promise<Block[]> {
  const all: Block[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

function readBlock(text: string): Block {
  const block: Block = {};
  for (const line of text.split('\n')) {
    const [, field, value] = /^([a-z]*): ?([^\n\r]*)$/.exec(line) ?? [];
    if (field === '') block.comment = value ?? '';
    else if (field === 'id' || field === 'event' || field === 'data' || field === 'retry') block[field] = value ?? '';
    else throw new Error(`not a line of an event stream: ${line}`);
  }
  return block;
}
