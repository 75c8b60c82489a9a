/** Somebody's application, on an origin of its own and another site than the gateway's, with the widget in its pages. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { signUserToken, type UserTokenUser } from '../../src/user-token/index.ts';
import type { TestBrowser, Visitor } from './browser.ts';
import type { TestGateway } from './gateway.ts';
import { gatewayForTest } from './use-gateway.ts';

export interface Application {
  origin: string;
  gateway: TestGateway;
  /** Changed by a test at any time. */
  state: ApplicationState;
  /** How many tokens it has made. */
  tokens(): number;
  /** Opens a page of it, in a browser of its own where none is given. */
  visit(browser: TestBrowser, path?: string): Promise<Visit>;
}

interface ApplicationState {
  /** Who is signed in; null: nobody. */
  user: UserTokenUser | null;
  /** Seconds for which a token holds. */
  lifetime: number;
  /** Attributes of the script tag, beside `src` and `data-token-url`. */
  attributes: string;
  /** What is in the pages beside it. */
  body: string;
  head: string;
  csp: string | null;
  title: string;
  /** Instead of the right one. */
  token: (() => string | Promise<string>) | null;
  audience: string;
}

export interface Visit extends Visitor {
  /** The frame with the chat, once it is there. */
  chat(): Promise<Frame>;
}

export const SECRET = randomBytes(48).toString('base64');
/** Another host name than the gateway's, so another site to a browser. */
export const APPLICATION_HOST = 'localhost';

export async function startApplication({
  env = {},
  listed = true,
}: {
  env?: Record<string, string>;
  listed?: boolean;
} = {}): Promise<Application> {
  let made = 0;
  let gateway: TestGateway | undefined;
  const state: ApplicationState = {
    user: { id: 'ana', name: 'Ana Richter' },
    lifetime: 300,
    attributes: '',
    body: '<h1>Cases</h1>',
    head: '',
    csp: null,
    title: 'Case 42',
    token: null,
    audience: 'paliadin',
  };
  const server = createServer(async ({ url = '' }, response) => {
    if (url === '/favicon.ico') return response.writeHead(204).end();
    if (url === '/assistant-token') {
      if (state.user === null) return response.writeHead(401).end();
      made++;
      const options = {
        secret: SECRET,
        issuer: 'app',
        audience: state.audience,
        expiresIn: Math.max(10, state.lifetime),
      };
      return response.end(state.token === null ? signUserToken(state.user, options) : await state.token());
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (state.csp !== null) response.setHeader('content-security-policy', state.csp);
    response.end(
      `<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1"><title>${state.title}</title>${state.head}` +
        `<script src="${gateway?.url}/embed.js" data-token-url="/assistant-token" ${state.attributes} async></script>${state.body}`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://${APPLICATION_HOST}:${(server.address() as AddressInfo).port}`;
  const settings = {
    ...(listed && { PALIADIN_EMBED_ORIGINS: origin }),
    PALIADIN_JWT_SECRET: SECRET,
    PALIADIN_JWT_ISSUER: 'app',
    PALIADIN_JWT_AUDIENCE: 'paliadin',
    PALIADIN_JWT_CLOCK_SKEW: '0s',
  };
  const started = await gatewayForTest({ env: { ...settings, ...env } });
  gateway = started;
  return {
    origin,
    gateway: started,
    state,
    tokens: () => made,
    async visit(browser, path = '/cases/42') {
      const visitor = await browser.visitor(origin, {}, { fresh: true });
      visitor.expectTrouble(new RegExp(`^request to elsewhere: ${started.url}/`));
      await visitor.page.goto(path);
      return { ...visitor, chat: () => chatFrame(visitor.page, started) };
    },
  };
}

/** The frame of the gateway's in a page, once it has something to show. */
export async function chatFrame(page: Page, gateway: TestGateway): Promise<Frame> {
  for (;;) {
    const isChat = (each: Frame) => each.url().split('?')[0] === `${gateway.url}/embed` && !each.isDetached();
    const frame = page.frames().find(isChat);
    if (frame !== undefined) {
      await frame.locator('main').waitFor();
      return frame;
    }
    await page.waitForEvent('framenavigated');
  }
}

/** Opens the widget by its API, once the loader is there. */
export async function openWidget(page: Page): Promise<void> {
  await page.waitForFunction('window.Paliadin');
  await page.evaluate('Paliadin.open()');
}

/** Lets an answer go on that `demo hold NAME` holds. */
export async function release(app: Application, id: string, name: string): Promise<void> {
  const { sessions, users } = await app.gateway.store();
  const user = await users.bySubject(`jwt:${id}`);
  const session = await sessions.ofUser({ id: user?.id ?? '' }, { prefix: '', host: '', now: 0 });
  await writeFile(join(app.gateway.agentDirectory(session.name), `release-${name}`), '');
}
