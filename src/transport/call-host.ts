/** One request over a new channel, without the ACP library: loading the library takes as long as the rest of a call. */
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import pTimeout from 'p-timeout';
import { isErrorCode, PaliadinError } from '../contract/errors.ts';

/** The host's answer to one of `extension`'s methods. @throws PaliadinError as the host sent it; `timeout`. */
export function callHost(duplex: Duplex, method: string, params: object, answerMs = ANSWER_MS): Promise<unknown> {
  const fallback = () => {
    duplex.destroy();
    throw new PaliadinError('timeout', `the host daemon has not answered ${method} within ${answerMs / 1000} s`);
  };
  return pTimeout(ask(duplex, method, params), { milliseconds: answerMs, fallback });
}

async function ask(duplex: Duplex, method: string, params: object): Promise<unknown> {
  const send = (message: object) => duplex.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send({ id: HELLO, method: 'initialize', params: { protocolVersion: ACP_VERSION, clientCapabilities: {} } });
  try {
    for await (const line of createInterface({ input: duplex })) {
      const reply = JSON.parse(line) as Reply;
      if (reply.error !== undefined) throw toPaliadinError(reply.error);
      if (reply.id === CALL) return reply.result;
      if (reply.id === HELLO) send({ id: CALL, method, params });
    }
  } finally {
    duplex.destroy();
  }
  throw new PaliadinError('mriver_unreachable', 'the host daemon went away before it answered');
}

interface Reply {
  id?: number;
  result?: unknown;
  error?: { message: string; data?: { code?: unknown; detail?: string | null } };
}

function toPaliadinError({ message, data }: NonNullable<Reply['error']>): PaliadinError {
  if (isErrorCode(data?.code)) return new PaliadinError(data.code, data.detail ?? null);
  return new PaliadinError('shim_error', message);
}

// As long as the longest request over an open channel may take: `WORK_MS` in `reach-host.ts`.
const ANSWER_MS = 60_000;
const ACP_VERSION = 1;
const HELLO = 0;
const CALL = 1;
