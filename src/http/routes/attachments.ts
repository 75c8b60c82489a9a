/** Files for questions: uploaded first, as the body of a request, then named by the question. */
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { attachmentView } from '../../contract/api.ts';
import { FILE_NAME_HEADER } from '../../contract/attachment.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { isForOwner } from '../../services/authorisation.ts';
import { userOf } from '../authenticate.ts';
import { guards } from '../guards.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import { uploadSlots } from '../upload-slots.ts';

export async function attachmentRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): Promise<void> {
  const { attachments } = services;
  // Only here a body may be something else than JSON.
  await app.register(async (uploads: App) => {
    uploads.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => body,
    );
    const slots = uploadSlots();
    uploads.addHook('preParsing', async (request) => slots.take(request));
    uploads.addHook('onResponse', async (request) => slots.give(request));
    uploads.addHook('onRequestAbort', async (request) => slots.give(request));
    uploads.post(
      '/api/attachments',
      {
        config: { guard: guards.ask, slowBody: true },
        // One more, so that a file that is too large gets its own error.
        bodyLimit: attachments.limits.bytes + 1,
        schema: {
          summary: 'Upload a file for a question',
          description:
            'The body is the file. What it is, its content decides. A question that names its id within an hour has it; ' +
            'otherwise it is deleted.',
          consumes: ['application/octet-stream'],
          body: z.any(),
          headers: uploadHeaders,
          response: responses({ 201: attachmentView }, 'attachment_invalid', 'attachment_too_large'),
        },
      },
      async (request, reply) => {
        if (!(request.body instanceof Uint8Array)) {
          throw new PaliadinError('bad_request', 'the body is the file, with Content-Type: application/octet-stream');
        }
        const file = { name: nameOf(request.headers[FILE_NAME_HEADER]), bytes: request.body };
        return reply.code(201).send(await attachments.upload(userOf(request).id, file));
      },
    );
  });

  app.get(
    '/api/attachments/:id',
    {
      config: { guard: guards.read, sandboxed: true },
      schema: {
        summary: 'The file of a question',
        description: 'For its user, and for whoever may read all turns; that is put on record.',
        params: attachmentParams,
        response: responses({ 200: fileResponse }, 'bad_request', 'not_found'),
      },
    },
    async (request, reply) => {
      const reader = { id: userOf(request).id, readsAll: isForOwner(request.identity) };
      const { attachment, bytes } = await attachments.read(reader, request.params.id);
      const { name, type, size } = attachment;
      reply.header('content-type', type === 'text/plain' ? 'text/plain; charset=utf-8' : type);
      reply.header('content-length', size);
      // Never shown as a page of ours: what it contains is somebody else's.
      reply.header('content-disposition', `attachment; filename="file"; filename*=UTF-8''${encodeName(name)}`);
      return reply.send(Readable.from(bytes, { objectMode: false }));
    },
  );

  app.delete(
    '/api/attachments/:id',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Delete a file that no question has',
        params: attachmentParams,
        response: responses({ 204: z.undefined().describe('it is not there any more') }, 'bad_request'),
      },
    },
    async (request, reply) => {
      await attachments.remove(userOf(request).id, request.params.id);
      return reply.code(204).send();
    },
  );
}

const attachmentParams = z.object({ id: z.uuid() });

const uploadHeaders = z.looseObject({
  [FILE_NAME_HEADER]: z.string().max(2000).optional().describe('the file’s name, percent-encoded; only shown'),
});

const fileResponse = { description: 'The file', content: { 'application/octet-stream': { schema: z.any() } } };

function nameOf(header: unknown): string {
  try {
    return decodeURIComponent(typeof header === 'string' ? header : '');
  } catch {
    throw new PaliadinError('bad_request', `${FILE_NAME_HEADER} has to be percent-encoded, as encodeURIComponent does`);
  }
}

/** RFC 8187 has fewer plain characters than encodeURIComponent. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
