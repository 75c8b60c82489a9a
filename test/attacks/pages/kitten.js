// @ts-nocheck: it runs in a page, and the tests have no types of that
/** What a hostile page does to `target`, an origin. Each function tells what the page heard of it. */

// biome-ignore lint/correctness/noUnusedVariables: the test calls it
async function attack(target, everything) {
  const body = JSON.stringify({ message: 'T1 by fetch' });
  const json = { 'content-type': 'application/json' };
  const post = (path, init) => send(target + path, { method: 'POST', ...init });
  const heard = {
    ask: await post('/api/turns', { headers: json, body }),
    read: await send(`${target}/api/turns`),
    me: await send(`${target}/api/me`),
    stream: await stream(`${target}/api/events?after=0`),
    reset: await post('/api/session/reset'),
  };
  if (!everything) return heard;
  return {
    ...heard,
    askAsText: await post('/api/turns', { mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body }),
    askAsBlob: await post('/api/turns', { mode: 'no-cors', body: new Blob([body]) }),
    askByBeacon: navigator.sendBeacon(`${target}/api/turns`, new Blob([body], { type: 'text/plain' }))
      ? 'opaque'
      : 'error',
    resetBlindly: await post('/api/session/reset', { mode: 'no-cors' }),
    signOut: await post('/api/auth/sign-out', { mode: 'no-cors' }),
    signInAsAnother: await post('/api/auth/code', { headers: json, body: '{"code":"x"}' }),
    readSpeltOtherwise: await send(`${target}/%61pi/turns`, { mode: 'no-cors' }),
    holdStreamOpen: await send(`${target}/%61pi/events`, { mode: 'no-cors' }),
    readAsScript: await script(`${target}/api/turns`),
    dashboard: await send(`${target}/api/admin/turns`),
  };
}

/** Forms need no script, and their text can be made to look like JSON. It leaves the page. */
// biome-ignore lint/correctness/noUnusedVariables: the test calls it
function submitForm(action, enctype) {
  const form = Object.assign(document.createElement('form'), { action, method: 'post', enctype });
  form.append(Object.assign(document.createElement('input'), { name: '{"message":"T1 by a form","x":"', value: '"}' }));
  document.body.append(form);
  form.submit();
}

/** A page of theirs in a frame of ours, for clicks that mean something else. */
// biome-ignore lint/correctness/noUnusedVariables: the test calls it
function frame(src) {
  document.body.append(Object.assign(document.createElement('iframe'), { name: 'theirs', src }));
}

async function send(url, init) {
  try {
    const response = await fetch(url, { credentials: 'include', ...init, headers: { ...init?.headers, ...key() } });
    return response.type === 'opaque' ? 'opaque' : response.status;
  } catch {
    return 'no answer';
  }
}

/** What a page of the gateway's own sends with everything. Nobody else has it. */
function key() {
  const kept = localStorage.getItem('paliadin.session-key');
  return kept === null ? {} : { 'x-paliadin-session-key': kept };
}

async function stream(url) {
  if ('x-paliadin-session-key' in key()) {
    const abort = new AbortController();
    const { status } = await fetch(url, { headers: key(), signal: abort.signal });
    abort.abort();
    return status === 200 ? 'open' : status;
  }
  return new Promise((resolve) => {
    const source = new EventSource(url, { withCredentials: true });
    const end = (what) => {
      source.close();
      resolve(what);
    };
    source.onopen = () => end('open');
    source.onerror = () => end('error');
  });
}

function script(src) {
  return new Promise((resolve) => {
    const element = Object.assign(document.createElement('script'), { src });
    element.onload = () => resolve('loaded');
    element.onerror = () => resolve('error');
    document.body.append(element);
  });
}
