/** The application: its pages, its sign-in, and what it does for the assistant: a token, its tools, and a script tag. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { signUserToken } from 'paliadin/user-token';
import { type Cases, findPerson, type Person, Refused } from './data.ts';
import { casePage, casesPage, page, refusedPage, signInPage } from './pages.ts';
import { caseTools, verifyTokensOf } from './tools.ts';

export interface AppOptions {
  cases: Cases;
  /** Where the gateway is: `http://127.0.0.1:7717`. */
  gateway: string;
  /** What application and gateway agree on: `PALIADIN_JWT_SECRET`, `_ISSUER` and `_AUDIENCE` there. */
  token: { secret: string; issuer: string; audience: string };
}

export function casesApp({ cases, gateway, token }: AppOptions): Hono {
  const app = new Hono();

  // Who is signed in: a cookie with the random name of a session, as every application has it in its own way.
  const sessions = new Map<string, Person>();
  const personOf = (c: Context) => sessions.get(getCookie(c, 'session') ?? '');

  // 1. The token: for the person of the session, and nobody that the request names.
  app.get('/assistant-token', (c) => {
    const person = personOf(c);
    if (!person) return c.body(null, 401);
    return c.text(signUserToken(person, token), 200, { 'cache-control': 'no-store' });
  });

  // 2. The tools: each call has the gateway’s token for the person who asked. `issuer` is where this application is.
  const tools = caseTools(cases, verifyTokensOf(gateway, `${token.issuer}/mcp`));
  app.all('/mcp', (c) => tools(c.req.raw));

  // 3. The script tag is in `page`. A page with a policy of what it loads lets it load the gateway’s script and frame.
  const policy = `default-src 'self'; script-src 'self' ${gateway}; frame-src ${gateway}`;
  app.use(async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
  });

  app.get('/', (c) => {
    const person = personOf(c);
    return c.html(page(gateway, person, person ? casesPage(cases.list(person)) : signInPage));
  });

  app.get('/cases/:id', (c) => {
    const person = personOf(c);
    if (!person) return c.redirect('/');
    return c.html(page(gateway, person, casePage(cases.read(person, Number(c.req.param('id'))), person)));
  });

  app.post('/cases/:id/close', (c) => {
    const person = personOf(c);
    if (person) cases.close(person, Number(c.req.param('id')));
    return c.redirect(`/cases/${c.req.param('id')}`, 303);
  });

  // An application of your own asks for more than a name, of course.
  app.post('/sign-in', async (c) => {
    const person = findPerson(String((await c.req.parseBody()).person));
    const session = randomBytes(24).toString('base64url');
    if (person) sessions.set(session, person);
    setCookie(c, 'session', session, { httpOnly: true, sameSite: 'Lax' });
    return c.redirect('/', 303);
  });

  app.post('/sign-out', (c) => {
    sessions.delete(deleteCookie(c, 'session') ?? '');
    return c.redirect('/', 303);
  });

  const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
  app.get('/style.css', (c) => c.body(read('style.css'), 200, { 'content-type': 'text/css' }));
  app.get('/page.js', (c) => c.body(read('page.js'), 200, { 'content-type': 'text/javascript' }));

  app.onError((error, c) => {
    if (!(error instanceof Refused)) throw error;
    return c.html(page(gateway, personOf(c), refusedPage(error.message)), 403);
  });
  return app;
}
