/** How long a body may take. The server's own limit has to be long enough for a file from a slow phone. */
import { hasInlineFiles } from './inline-bodies.ts';
import type { App } from './options.ts';

export function limitBodyTime(app: App): void {
  app.addHook('preParsing', async (request) => {
    if (request.routeOptions.config.slowBody === true || hasInlineFiles(request) || request.raw.complete) return;
    const timer = setTimeout(() => request.raw.destroy(), BODY_MS).unref();
    const done = () => clearTimeout(timer);
    request.raw.once('end', done).once('close', done);
  });
}

// A slow phone needs some seconds for the largest question.
const BODY_MS = 30_000;
