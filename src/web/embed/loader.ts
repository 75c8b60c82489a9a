/**
 * `/embed.js`, in the application's page: a button, and behind it a frame with the chat, which is loaded when it is first
 * opened. The frame gets the application's token through a port that nobody else has. Every byte is loaded by every page of the
 * application, so what can be done in the frame is done there; `test/web/loader-size.test.ts` holds it to 2 kB.
 */

/** What this loader speaks. A frame that no longer does says so; see `frame/host-page.ts`. */
const VERSION = 1;

/** Written by the gateway: its name and accent colour. */
const SETTINGS = '%PALIADIN%';

const w = window as unknown as { Paliadin?: unknown; navigation?: EventTarget };

const start = () => {
  const script = document.currentScript as HTMLScriptElement;
  const data = script.dataset;
  const gateway = new URL(script.src).origin;
  const [name, accent] = SETTINGS.split('|').map(decodeURIComponent) as [string, string];
  const label = data.name || name;
  const side = data.corner === 'left' ? 'left' : 'right';

  let frame: HTMLIFrameElement | undefined;
  /** To the frame that there is now. What is sent before the frame has said hello waits in the other port. */
  let port: MessagePort | undefined;
  let other: MessagePort | undefined;
  let inline: ShadowRoot | undefined;
  let said: object | undefined;

  // A sheet of its own is allowed where the page's policy forbids styles in the document.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `button,dialog{position:fixed;z-index:99999999;inset:auto;bottom:20px;${side}:20px;border:0;padding:0;box-shadow:0 4px 24px #0004}button{width:52px;height:52px;border-radius:50%;background:var(--a);color:#fff;color:lch(from var(--a) calc((60 - l)*infinity) 0 0);cursor:pointer;outline-offset:3px}button:before{content:"";display:block;margin:auto;width:18px;height:13px;border:2px solid;border-radius:6px 6px 6px 0}button[data-new]:after{content:"";position:absolute;top:0;right:0;width:14px;height:14px;border-radius:50%;background:#d92d20}dialog{bottom:84px;margin:0;width:400px;height:min(640px,100vh - 104px);max-width:none;max-height:none;overflow:hidden;border-radius:12px}iframe{display:block;width:100%;height:100%;border:0}:host{display:block;height:640px}@media(max-width:40em){dialog{inset:var(--t,0) 0 auto;width:100%;height:var(--h,100dvh);border-radius:0}}@media print{button,dialog{display:none}}`,
  );

  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, into: ParentNode) => {
    const element = document.createElement(tag);
    into.append(element);
    return element;
  };
  const shadow = (element: HTMLElement) => {
    const inside = element.attachShadow({ mode: 'closed' });
    inside.adoptedStyleSheets = [sheet];
    return inside;
  };
  const host = document.createElement('div');
  // Neither the page's rules nor what its elements inherit reach in.
  host.style.setProperty('all', 'initial', 'important');
  host.style.setProperty('--a', data.accent || accent);
  const root = shadow(host);
  const launcher = make('button', root);
  const panel = make('dialog', root);
  launcher.ariaLabel = panel.ariaLabel = label;

  /** Tab comes round in the frame, which knows what is first and last in it. */
  let end: HTMLElement = panel;
  for (const last of [true, false]) {
    const stop = make('i', panel);
    end = stop;
    stop.tabIndex = 0;
    stop.onfocus = () => {
      frame?.focus();
      send('focus', last);
    };
  }

  const send = (...message: unknown[]) => port?.postMessage(message);
  const emit = (type: string, detail?: unknown) =>
    dispatchEvent(new CustomEvent(`paliadin:${type}`, { detail, cancelable: true }));
  const tellContext = () => send('context', { page: location.href, title: document.title, ...said });
  const tellNew = (count = 0) => {
    launcher.toggleAttribute('data-new', !!count);
    launcher.ariaLabel = count ? `${label} (${count})` : label;
    emit('unread', { count });
  };

  const mount = () => {
    if (frame) return;
    other = link();
    frame = make('iframe', inline || panel);
    frame.title = label;
    frame.allow = 'clipboard-write';
    frame.src = `${gateway}/embed`;
    if (!inline) panel.append(end);
  };

  /** In this tab, where the page has a storage. */
  const keep = (shown?: unknown) => {
    try {
      if (shown === undefined) return sessionStorage.paliadin;
      sessionStorage.paliadin = shown;
    } catch {
      // Forbidden, or full: the next page begins with the button.
    }
  };
  /** Then the panel covers the page. */
  const narrow = matchMedia('(max-width:40em)');
  const tellShown = () => {
    launcher.ariaExpanded = `${panel.open}`;
    send('shown', panel.open || !!inline);
    keep(panel.open || '');
  };
  const open = () => {
    mount();
    if (!inline && !panel.open) panel[narrow.matches ? 'showModal' : 'show']();
    tellContext();
    tellShown();
    frame?.focus();
  };
  const close = () => {
    panel.close();
    tellShown();
  };
  panel.onclose = tellShown;
  const shutdown = () => {
    send('shutdown');
    frame?.style.setProperty('display', 'none');
    // Time to end its sign-in.
    setTimeout((past?: Element) => past?.remove(), 3000, frame);
    port?.close();
    frame = port = said = undefined;
    close();
    tellNew();
  };

  const handlers: Record<string, (detail: never) => void> = {
    token: (id) =>
      fetch(data.tokenUrl as string, { cache: 'no-store' }).then(
        async (response) => send('token', id, response.status, await response.text()),
        () => send('token', id, 0),
      ),
    open(path: string) {
      if (!emit('open', { path })) return;
      const base = new URL(data.base || '/', location.href).href;
      const { href } = new URL(`.${path}`, base);
      if (href.startsWith(base)) location.assign(href);
    },
    unread: tellNew,
    out: (detail) => emit('signed-out', detail),
    where: tellContext,
    close,
    // As it was on the page before: nobody asked for the focus, which `show()` would move.
    show() {
      panel.open = true;
      tellShown();
    },
  };

  const link = () => {
    const { port1, port2 } = new MessageChannel();
    // What is only for the page goes to it under the frame's own name for it.
    port1.onmessage = ({ data: [type, detail] }) =>
      handlers[type] ? handlers[type](detail as never) : emit(type, detail);
    port = port1;
    return port2;
  };

  addEventListener('message', ({ origin, source, data: hello }) => {
    const from = frame?.contentWindow as Window;
    if (source !== from || origin !== gateway || hello !== 'paliadin') return;
    // A new one where the frame was loaded again.
    from.postMessage({ paliadin: VERSION, look: { ...data }, inline: !!inline }, gateway, [other ?? link()]);
    other = undefined;
    tellContext();
  });
  // Where a browser does not tell, the frame asks when it gets the focus.
  w.navigation?.addEventListener('navigatesuccess', tellContext);

  const view = visualViewport as VisualViewport; // a page that is shown has one
  const fit = () => {
    if (view.scale > 1) return;
    panel.style.setProperty('--h', `${view.height}px`);
    panel.style.setProperty('--t', `${view.offsetTop}px`);
  };
  view.addEventListener('resize', fit);
  view.addEventListener('scroll', fit);

  launcher.onclick = () => (panel.open ? close : open)();
  host.onkeydown = (event) => event.key === 'Escape' && close();
  /** The chat is in one place: where the page has an element for it, or else behind the button. */
  const place = (into?: ShadowRoot) => {
    frame?.remove();
    frame = port = undefined;
    inline = into;
    if (into) host.remove();
    else document.documentElement.append(host);
  };
  place();

  customElements.define(
    'paliadin-chat',
    class extends HTMLElement {
      #root = shadow(this);
      connectedCallback() {
        place(this.#root);
        mount();
      }
      disconnectedCallback() {
        place();
      }
    },
  );
  setTimeout(emit, 0, 'ready');
  // Whoever is signed in now may be another person: the frame says whether to show it.
  if (keep() && !inline && !narrow.matches) mount();
  return {
    open,
    close,
    shutdown,
    ask(text: string, options?: { send?: boolean }) {
      open();
      send('ask', text, options?.send);
    },
    setContext(context?: object) {
      said = context;
      tellContext();
    },
    on(type: string, listener: EventListener) {
      const full = `paliadin:${type.replace('-entity', '')}`;
      addEventListener(full, listener);
      return () => removeEventListener(full, listener);
    },
  };
};

w.Paliadin ||= start();
