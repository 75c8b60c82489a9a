import type { FastifyInstance } from 'fastify';

/** Reads posted forms, as `@fastify/formbody` does. */
export default Object.assign(
  async (app: FastifyInstance) => {
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    });
  },
  // For the whole application, not for a part of it.
  { [Symbol.for('skip-override')]: true },
);
