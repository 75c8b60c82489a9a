/** The application: its pages, its sign-in, and what it does for the assistant: a token, its tools, and a script tag. */
import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { signUserToken } from 'paliadin/user-token';
import { type Cases, NotAllowed, type Person } from './data.ts';
import formbody from './forms.ts';
import { casePage, casesPage, page, STYLE, signInPage } from './pages.ts';
import { caseTools, verifyTokensOf } from './tools.ts';

export interface AppOptions {
  cases: Cases;
  /** Where the gateway is: `http://127.0.0.1:7717`. */
  gateway: string;
  /** What application and gateway agree on: `PALIADIN_JWT_SECRET`, `_ISSUER` and `_AUDIENCE` there. */
  token: { secret: string; issuer: string; audience: string };
}

export async function casesApp({ cases, gateway, token }: AppOptions): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(cookie);
  await app.register(formbody);

  // Who is signed in: a cookie with a random name of the session, as every application has it in its own way.
  const sessions = new Map<string, Person>();
  const personOf = (request: FastifyRequest) => sessions.get(request.cookies.session ?? '');

  // The gateway’s script and frame, and nothing else from elsewhere.
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', `default-src 'self'; script-src 'self' ${gateway}; frame-src ${gateway}`);
  });
  const show = (reply: FastifyReply, person: Person | undefined, body: string) =>
    reply.type('text/html; charset=utf-8').send(page({ person, body, gateway }));

  // 1. The token: the person of the session, and nobody that the request names.
  app.get('/assistant-token', (request, reply) => {
    const person = personOf(request);
    if (!person) return reply.code(401).send();
    return reply.header('cache-control', 'no-store').send(signUserToken(person, token));
  });

  // 2. The tools: each call comes with the gateway’s token for the person who asked, no cookie. `issuer` is this application.
  const today = () => new Date().toISOString().slice(0, 10);
  const tools = caseTools(cases, verifyTokensOf(gateway, `${token.issuer}/mcp`), today);
  app.all('/mcp', async (request, reply) => {
    reply.hijack();
    await tools.node(request.raw, reply.raw, request.body);
  });

  app.get('/', (request, reply) => {
    const person = personOf(request);
    if (!person) return show(reply, undefined, signInPage(cases.people()));
    return show(reply, person, casesPage(cases.list(person)));
  });

  app.get<{ Params: { id: string } }>('/cases/:id', (request, reply) => {
    const person = personOf(request);
    if (!person) return reply.redirect('/');
    const found = cases.read(person, Number(request.params.id));
    if (!found) return show(reply.code(404), person, '<h1>No such case</h1><p>Or it is not yours.</p>');
    return show(reply, person, casePage(found, person));
  });

  app.post<{ Params: { id: string } }>('/cases/:id/close', (request, reply) => {
    const person = personOf(request);
    if (!person) return reply.redirect('/');
    try {
      cases.close(person, Number(request.params.id));
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error;
      return show(reply.code(403), person, `<h1>Not allowed</h1><p>You may not close cases.</p>`);
    }
    return reply.redirect(`/cases/${Number(request.params.id)}`, 303);
  });

  // An application of your own asks for more than a name, of course.
  app.post<{ Body: { person?: string } }>('/sign-in', (request, reply) => {
    const person = cases.person(request.body.person ?? '');
    if (person) {
      const id = randomBytes(24).toString('base64url');
      sessions.set(id, person);
      reply.setCookie('session', id, { path: '/', httpOnly: true, sameSite: 'lax' });
    }
    return reply.redirect('/', 303);
  });

  app.post('/sign-out', (request, reply) => {
    sessions.delete(request.cookies.session ?? '');
    return reply.clearCookie('session', { path: '/' }).redirect('/', 303);
  });

  app.get('/style.css', (_request, reply) => reply.type('text/css').send(STYLE));
  app.get('/page.js', (_request, reply) => reply.type('text/javascript').send(PAGE_SCRIPT));
  return app;
}

/** In the browser: what the page says about itself, and the end of the sign-in. Both are optional. */
const PAGE_SCRIPT = `
addEventListener('paliadin:ready', () => {
  const { id, title, status } = document.querySelector('[data-case]')?.dataset ?? {};
  if (id) Paliadin.setContext({ case: id + ', ' + title, status });
});
document.querySelector('#sign-out')?.addEventListener('submit', () => window.Paliadin?.shutdown());
`;
