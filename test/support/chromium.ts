import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/**
 * One Chromium for all test files of a worker: it takes a second to start, and people in it are apart by their contexts.
 * `names` are those of other sites that lead to this machine; each set of them has a Chromium of its own.
 */
export async function sharedChromium(names: string[] = []): Promise<Browser> {
  const key = names.join();
  const known = running.get(key);
  if (known?.isConnected()) return known;
  const launched = await launchChromium(names);
  running.set(key, launched);
  return launched;
}

/** Each ends with the worker, which holds the other end of its pipe. */
const running = new Map<string, Browser>();

/** Playwright makes its profile directory, a new one each, and removes it. */
export function launchChromium(names: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, resolving(names)] });
}

/** The shell has the same engine without a desktop browser around it: a page in it takes a sixth of the processor's time. */
function findChromium(): string {
  return existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : '/usr/bin/chromium';
}

// Debian's, as the other one.
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--in-process-gpu', // a process less, which would start again for each browser
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // It would keep pages that a test makes up from reaching this machine at all, so that they would try nothing of ours.
  '--disable-features=LocalNetworkAccessChecks',
];

/** Not even a name is looked up elsewhere: what wants to leave this machine fails, and is seen. */
function resolving(names: string[]): string {
  const here = names.map((name) => `MAP ${name} 127.0.0.1, `).join('');
  return `--host-resolver-rules=${here}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;
}
