/** The only module that uses the ACP library: a channel over any duplex stream. */
import { Duplex, Readable, Writable } from 'node:stream';
import type { Stream } from '@agentclientprotocol/sdk';
import { agent, client, methods, ndJsonStream, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk';
import { z } from 'zod';
import { PaliadinError } from '../contract/errors.ts';
import { errorData } from './acp-shapes.ts';

export type {
  AgentContext,
  ContentBlock,
  CreateElicitationRequest,
  CreateElicitationResponse,
  PromptRequest,
  PromptResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionUpdate,
  ToolCallStatus,
  ToolKind,
} from '@agentclientprotocol/sdk';

export { agent, client, methods, PROTOCOL_VERSION, RequestError };

/** ACP messages over the stream, one JSON object per line. */
export function acpStream(
  ends: Duplex | { readable: Readable; writable: Writable },
  maxMessageBytes = MAX_LINE_BYTES,
): Stream {
  const { readable, writable } =
    ends instanceof Duplex
      ? Duplex.toWeb(ends)
      : { readable: Readable.toWeb(ends.readable), writable: Writable.toWeb(ends.writable) };
  return ndJsonStream(writable, readable as ReadableStream<Uint8Array>, { maxMessageBytes });
}

/** An error of Paliadin's in the form of a JSON-RPC error. */
export function toRequestError(error: unknown): RequestError {
  if (error instanceof z.ZodError) return RequestError.invalidParams(z.treeifyError(error));
  if (!(error instanceof PaliadinError)) return RequestError.internalError(undefined, 'the host failed');
  return new RequestError(SERVER_ERROR, error.message, { code: error.code, detail: error.detail });
}

/** The error that the other side sent; null if it is not one of Paliadin's. */
export function fromRequestError(error: unknown): PaliadinError | null {
  if (!(error instanceof RequestError)) return null;
  if (error.code === UNKNOWN_METHOD) {
    return new PaliadinError('shim_outdated', 'Paliadin on the host does not know this yet; update it', {
      cause: error,
    });
  }
  const data = errorData.safeParse(error.data);
  return data.success ? new PaliadinError(data.data.code, data.data.detail, { cause: error }) : null;
}

// A peer that sends more without a newline is broken or hostile.
const MAX_LINE_BYTES = 1024 * 1024;
// JSON-RPC's own.
const UNKNOWN_METHOD = -32601;
// The first of the codes that JSON-RPC leaves to servers.
const SERVER_ERROR = -32000;
