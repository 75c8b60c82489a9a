/** Errors in OpenAI's shape, with our code. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorBody } from '../../contract/api.ts';
import { errorTable, PaliadinError } from '../../contract/errors.ts';
import { inWords } from '../edge/problem.ts';
import { answerErrorAs } from '../errors.ts';
import type { App } from '../options.ts';

export interface OpenAiError {
  error: {
    message: string;
    type: string;
    param: string | null;
    code: string;
    retryable: boolean;
    turn_id?: string;
  };
}

export function answerOpenAiErrors(app: App): void {
  app.setErrorHandler((thrown, request, reply) => answerErrorAs(thrown, request, reply, sendOpenAiError));
  app.setNotFoundHandler((request, reply) => {
    const error = new PaliadinError('not_found', `there is no ${request.method} at this address; see docs/clients.md`);
    answerErrorAs(error, request, reply, sendOpenAiError);
  });
}

function sendOpenAiError(
  { body, status, thrown }: { body: ErrorBody; status: number; thrown: unknown },
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { param = null } = thrown as { param?: string };
  // OpenAI's own client repeats what failed with such a status; a question that was accepted is not to be asked twice.
  if (body.turnId !== undefined) reply.header('x-should-retry', 'false');
  void reply.send(toOpenAiError(body, status, param));
}

export function toOpenAiError(body: ErrorBody, status?: number, param: string | null = null): OpenAiError {
  const { code, retryable, turnId } = body;
  return {
    error: {
      message: inWords(body),
      type: typeOf(status ?? errorTable[code].http),
      param,
      code,
      retryable,
      ...(turnId !== undefined && { turn_id: turnId }),
    },
  };
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
