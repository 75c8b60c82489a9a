/** Every error is sent in the same form, in the reader's language, without a stack. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ErrorBody } from '../contract/api.ts';
import { errorTable, PaliadinError } from '../contract/errors.ts';
import { errorMessage } from '../contract/locales/locale.ts';
import { TURN_ID_PATTERN } from '../contract/names.ts';
import { isForOwner } from '../services/authorisation.ts';
import { localeOf } from './locale.ts';
import type { App } from './options.ts';
import { NOTHING } from './security-headers.ts';
import { unknownFields } from './unknown-fields.ts';

export function answerErrors(app: App): void {
  app.setErrorHandler(answerError);
}

/** The URL could not be parsed, so there is no route yet, and no hook has set the security headers. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': NOTHING,
    'x-content-type-options': 'nosniff',
    'x-request-id': request.id,
  });
  answerError(error, request, reply);
}

/** The request was not HTTP, or its headers were too long, so the reader's language is unknown. */
export function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const detail = status === 431 ? TOO_MUCH_HEADER : STATUS_CODES[status];
  const body = JSON.stringify(bodyOf(new PaliadinError('bad_request', detail), { locale: 'en' }));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

// For a person whose browser has too many cookies for this host: our own take some 80 bytes.
const TOO_MUCH_HEADER =
  'the request has more than 16 KiB of headers; in a browser these are cookies that a server on another port of this ' +
  'host has set: clear the cookies of this host';

export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: PaliadinError,
  status: number = errorTable[error.code].http,
): FastifyReply {
  return reply.send(prepare(request, reply, error, status));
}

/** Sets status and headers, and returns the body in our own form. */
function prepare(request: FastifyRequest, reply: FastifyReply, error: PaliadinError, status: number): ErrorBody {
  const turnId = turnIdOf(request);
  // The details of a server error are for the owner and admins. The details of a bad request are for its sender.
  const hidden = status >= 500 && !isForOwner(request.identity ?? null);
  const body = bodyOf(error, { locale: localeOf(request), hidden, ...(turnId !== null && { turnId }) });
  if (error.againInMs !== null) reply.header('retry-after', Math.ceil(error.againInMs / 1000));
  reply.code(status).header('cache-control', 'no-store');
  return body;
}

/** For places where the code's own status would mislead the client. */
export function withStatus(statusCode: number, error: PaliadinError): PaliadinError {
  return Object.assign(error, { statusCode });
}

/** `hidden` leaves out the detail, which may name files and hosts of the gateway. */
export function bodyOf(
  error: PaliadinError,
  { locale, turnId, hidden = false }: { locale: string; turnId?: string; hidden?: boolean },
): ErrorBody {
  return {
    code: error.code,
    message: errorMessage(error.reason === null ? error.code : 'credentials_refused', locale, error.againInMs),
    retryable: errorTable[error.code].retryable,
    detail: hidden ? null : error.detail,
    ...(error.reason !== null && { reason: error.reason }),
    ...(turnId !== undefined && { turnId }),
  };
}

function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { error, status } = translate(thrown, request);
  if (status >= 500) report(error, thrown, request);
  void sendError(request, reply, error, status);
}

/** For protocols that have a shape of their own for errors: `send` gets what ours would have said, and sends theirs. */
export function answerErrorAs(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  send: (
    problem: { body: ErrorBody; status: number; thrown: unknown },
    request: FastifyRequest,
    reply: FastifyReply,
  ) => void,
): void {
  const { error, status } = translate(thrown, request);
  if (status >= 500) report(error, thrown, request);
  send({ body: prepare(request, reply, error, status), status, thrown }, request, reply);
}

function translate(thrown: unknown, request: FastifyRequest): { error: PaliadinError; status: number } {
  const error = thrown instanceof PaliadinError ? thrown : translateFastify(thrown as FastifyError, request);
  return { error, status: statusOf(thrown) ?? errorTable[error.code].http };
}

function translateFastify(thrown: FastifyError, { routeOptions }: FastifyRequest): PaliadinError {
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const { validationContext = 'request', validation } = thrown;
    const problems = validation.map(({ keyword, instancePath, message, params }) => {
      if (keyword !== 'unrecognized_keys') return `${instancePath.slice(1)}: ${message}`;
      return unknownFields((params as { keys: string[] }).keys, schemaAt(routeOptions, validationContext));
    });
    return new PaliadinError('bad_request', `${validationContext}: ${problems.join('; ')}`);
  }
  if (thrown.code === 'FST_ERR_CTP_BODY_TOO_LARGE' && routeOptions.config.slowBody === true) {
    return new PaliadinError('attachment_too_large', `a file may have ${routeOptions.bodyLimit - 1} bytes`);
  }
  if (thrown.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new PaliadinError(
      'message_too_large',
      `the body of the request is larger than ${routeOptions.bodyLimit / 1024} KiB`,
    );
  }
  if (thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new PaliadinError('bad_request', 'the body has to be JSON, with Content-Type: application/json');
  }
  if (thrown.code === 'FST_ERR_BAD_URL') return new PaliadinError('bad_request', 'the URL can’t be decoded');
  const status = statusOf(thrown) ?? 500;
  // Fastify's own description of a bad request; it quotes nothing of it.
  if (status < 500 && thrown.code?.startsWith('FST_')) return new PaliadinError('bad_request', thrown.message);
  return new PaliadinError('internal');
}

function schemaAt({ schema }: FastifyRequest['routeOptions'], where: string): unknown {
  return (schema as Record<string, unknown> | undefined)?.[where];
}

function statusOf(thrown: unknown): number | undefined {
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** The message of a foreign error may quote the user's text; its stack frames do not. */
function report(error: PaliadinError, thrown: unknown, request: FastifyRequest): void {
  const cause = thrown instanceof PaliadinError ? thrown.cause : thrown;
  const { name, code, stack } = (cause ?? {}) as { name?: string; code?: string; stack?: string };
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line));
  request.log.error(
    { error: error.code, detail: error.detail, cause: name, causeCode: code, frames },
    'request failed',
  );
}

function turnIdOf(request: FastifyRequest): string | null {
  if (request.turnId !== null && request.turnId !== undefined) return request.turnId;
  const { turnId } = (request.params ?? {}) as { turnId?: unknown };
  return typeof turnId === 'string' && TURN_ID_PATTERN.test(turnId) ? turnId : null;
}
