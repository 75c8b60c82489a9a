// @ts-nocheck: it runs in a page, and the tests have no types of that
/** What a page of a server on another port tries with the gateway at `target`, and what it hears of it. */

// biome-ignore lint/correctness/noUnusedVariables: the test calls it
async function attack(target, item, header) {
  const send = async (path, init = {}) => {
    try {
      const { type, status } = await fetch(target + path, { credentials: 'include', ...init });
      return type === 'opaque' ? 'opaque' : status;
    } catch {
      return 'no answer';
    }
  };
  const load = (tag, attributes) =>
    new Promise((resolve) => {
      const element = Object.assign(document.createElement(tag), attributes);
      element.addEventListener('load', () => resolve('loaded'));
      element.addEventListener('error', () => resolve('error'));
      document.body.append(element);
    });
  const stream = () =>
    new Promise((resolve) => {
      const source = new EventSource(`${target}/api/events?after=0`, { withCredentials: true });
      source.onopen = () => resolve('open');
      source.onerror = () => resolve('error');
    });
  const socket = () =>
    new Promise((resolve) => {
      const opened = new WebSocket(`${target.replace('http', 'ws')}/api/events`);
      opened.onopen = () => resolve('open');
      opened.onclose = () => resolve('closed');
    });
  const body = JSON.stringify({ message: 'T17' });
  const headers = { 'content-type': 'application/json' };
  const key = { [header]: 'A'.repeat(43) };
  const ways = {
    me: await send('/api/me'),
    blindly: await send('/api/me', { mode: 'no-cors' }),
    withAKey: await send('/api/me', { headers: key }),
    // A browser takes such a header out of a request without CORS.
    withAKeyBlindly: await send('/api/me', { mode: 'no-cors', headers: key }),
    ask: await send('/api/turns', { method: 'POST', headers, body }),
    askBlindly: await send('/api/turns', { method: 'POST', mode: 'no-cors', body }),
    beacon: navigator.sendBeacon(`${target}/api/turns`, new Blob([body], { type: 'text/plain' })) ? 'opaque' : 'error',
    stream: await stream(),
    streamByFetch: await send('/api/events', { mode: 'no-cors' }),
    socket: await socket(),
    script: await load('script', { src: `${target}/api/turns` }),
    image: await load('img', { src: `${target}/api/turns/export` }),
  };
  return { stored: localStorage.getItem(item), ways };
}

let theirs = null;

// biome-ignore lint/correctness/noUnusedVariables: the test calls it
function openWindow(url) {
  theirs = window.open(url);
}

/** What a page gets out of a window that it has opened. */
// biome-ignore lint/correctness/noUnusedVariables: the test calls it
function readWindow(item) {
  try {
    return String(theirs.localStorage.getItem(item));
  } catch (error) {
    return String(error);
  }
}

// biome-ignore lint/correctness/noUnusedVariables: the test calls it
function frame(src) {
  document.body.append(Object.assign(document.createElement('iframe'), { name: 'theirs', src }));
}

// biome-ignore lint/correctness/noUnusedVariables: the test calls it
function leave(url) {
  location.assign(url);
}
