/** A Messages API on loopback that answers by its script, and records its requests. */
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { ownersOf, type Part, type Question, questionOf, type Request } from './request.ts';
import { type Block, type Reply, replyTo } from './script.ts';

export interface Model extends AsyncDisposable {
  url: string;
  /** Each question of ours that reached it, once. */
  questions: { turnId: string; message: string; sha256: string; sent: Part[] }[];
  /** The beginnings of all of a conversation's questions, as each request of its agent has them. */
  conversations: string[][];
  /** Lets an answer go on that is held by this name; also one that is held later. */
  release(name: string): void;
  /** When a question of ours reached it last, and when the last byte of its answer went out, on the monotonic clock. */
  askedAt: number;
  finishedAt: number;
  /** When the next question of ours reaches it. */
  nextAsked(): Promise<number>;
  /** How many tokens it says a conversation has by now. */
  context: number;
  /** Told of each request: its path, and its body with the turn that it belongs to, where it belongs to one. */
  onRequest(path: string, body?: string, question?: Question | null): void;
}

export async function startModel(): Promise<Model> {
  const questions: Model['questions'] = [];
  const conversations: Model['conversations'] = [];
  const attempts = new Map<string, number>();
  const released = new Set<string>();
  const bell = new EventEmitter().setMaxListeners(0);
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    if (!url.startsWith('/v1/messages')) {
      self.onRequest(url);
      return refuse(response, { status: 404, error: 'not_found_error' });
    }
    const body = await text(request);
    const asked = JSON.parse(body) as Request;
    if (url.includes('count_tokens')) return give(response, { input_tokens: 100 });
    const question = questionOf(asked);
    self.onRequest(url, body, question);
    const name = asked.model ?? 'model';
    if (question === null) {
      const typed = ownersOf(asked);
      const reply =
        typed === null ? OTHERWISE : replyTo({ message: typed, number: 1, round: 0, attempt: 0, results: '' });
      if ('status' in reply) return refuse(response, reply);
      return asked.stream ? stream(response, name, reply) : give(response, whole(name, reply));
    }
    conversations.push(question.conversation.map(({ message }) => message.slice(0, BEGINNING)));
    self.askedAt = performance.now();
    bell.emit('asked', self.askedAt);
    const key = `${question.turnId} ${question.round}`;
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1);
    if (attempt === 0 && question.round === 0) questions.push(noted(question));
    const reply = replyTo({ ...question, attempt });
    if ('status' in reply) return refuse(response, reply);
    // After a stream that broke, some versions ask for the whole at once.
    if (!asked.stream) return give(response, whole(name, reply));
    await stream(response, name, reply);
    self.finishedAt = performance.now();
  }

  async function stream(response: ServerResponse, model: string, reply: Extract<Reply, { blocks: Block[] }>) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (type: string, data: object) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    const id = `msg_${Math.random().toString(36).slice(2)}`;
    const usage = {
      input_tokens: self.context,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 0,
      output_tokens: 1,
    };
    const start = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
    };
    send('message_start', { message: { ...start, usage } });
    const texts = reply.blocks.filter((block) => 'text' in block);
    const blocks = mergeTexts(reply.blocks);
    for (const [index, block] of blocks.entries()) {
      if ('tool' in block) {
        const tool = { type: 'tool_use', id: `toolu_${id}_${index}`, name: block.tool, input: {} };
        send('content_block_start', { index, content_block: tool });
        send('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
        });
      } else {
        send('content_block_start', { index, content_block: { type: 'text', text: '' } });
        for (const part of block) {
          for (const text of part.text.match(PIECES) ?? []) {
            send('content_block_delta', { index, delta: { type: 'text_delta', text } });
            if (part.pace !== undefined) await delay(part.pace);
            if (response.destroyed) return;
          }
          if (part.hold !== undefined && !(await isReleased(part.hold, response))) return;
        }
      }
      send('content_block_stop', { index });
    }
    if (reply.drop) return void response.destroy();
    const tool = blocks.some((block) => 'tool' in block);
    const output = { output_tokens: 40 + texts.length };
    const stopReason = reply.stopReason ?? (tool ? 'tool_use' : 'end_turn');
    send('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage: output });
    send('message_stop', {});
    response.end();
  }

  /** False when nobody reads any more. */
  async function isReleased(name: string, response: ServerResponse): Promise<boolean> {
    const gone = once(response, 'close');
    while (!released.has(name) && !response.destroyed) await Promise.race([once(bell, 'release'), gone]);
    return !response.destroyed;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: Model = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    questions,
    conversations,
    askedAt: 0,
    nextAsked: async () => (await once(bell, 'asked'))[0] as number,
    finishedAt: 0,
    context: 120,
    onRequest: () => {},
    release(name) {
      released.add(name);
      bell.emit('release');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

function noted({ turnId, message, sent }: Question) {
  return { turnId, message, sent, sha256: createHash('sha256').update(message).digest('hex') };
}

/** Texts that follow one another are one block. */
function mergeTexts(blocks: Block[]): (Extract<Block, { text: string }>[] | Extract<Block, { tool: string }>)[] {
  const merged: ReturnType<typeof mergeTexts> = [];
  for (const block of blocks) {
    const last = merged.at(-1);
    if ('tool' in block) merged.push(block);
    else if (Array.isArray(last)) last.push(block);
    else merged.push([block]);
  }
  return merged;
}

function refuse(
  response: ServerResponse,
  { status, error, message, headers }: Extract<Reply, { status: number }>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ type: 'error', error: { type: error, message: message ?? error } }));
}

function give(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function whole(model: string, { blocks }: Extract<Reply, { blocks: Block[] }>) {
  const content = blocks.map((block, at) =>
    'tool' in block
      ? { type: 'tool_use', id: `toolu_whole_${at}`, name: block.tool, input: block.input }
      : { type: 'text', text: block.text },
  );
  const stopReason = blocks.some((block) => 'tool' in block) ? 'tool_use' : 'end_turn';
  const usage = { input_tokens: 10, output_tokens: 5 };
  const message = { id: 'msg_whole', type: 'message', role: 'assistant', model, content, usage };
  return { ...message, stop_reason: stopReason, stop_sequence: null };
}

// A question of 100 kB is in every request that follows it.
const BEGINNING = 200;
// Titles, summaries and whatever else an agent asks for itself.
const OTHERWISE = { blocks: [{ text: '{"title":"A title"}' }] };
// Some words each, as a model's tokens come.
const PIECES = /[\s\S]{1,80}/g;
