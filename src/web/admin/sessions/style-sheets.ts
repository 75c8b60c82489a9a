/**
 * xterm writes its colours and sizes into `<style>` elements, which our content security policy refuses: it knows no
 * inline styles. The same text in a constructed style sheet is allowed. While `open` runs, whoever makes a `<style>` gets
 * an element that puts its text into such a sheet, now and later. (xterm's `documentOverride` does not reach all of them.)
 */
export function openWithSheets(document: Document, open: () => void): { dispose(): void } {
  const sheets: CSSStyleSheet[] = [];
  const createElement = document.createElement.bind(document);
  const createStyle = () => {
    const sheet = new CSSStyleSheet();
    sheets.push(sheet);
    document.adoptedStyleSheets.push(sheet);
    const element = createElement('span');
    element.hidden = true;
    Object.defineProperty(element, 'textContent', { set: (css: string) => sheet.replaceSync(css) });
    return element;
  };
  Object.defineProperty(document, 'createElement', {
    configurable: true,
    value: (tag: string) => (tag === 'style' ? createStyle() : createElement(tag)),
  });
  try {
    open();
  } finally {
    // The own property goes, and with it the prototype's is back.
    Reflect.deleteProperty(document, 'createElement');
  }
  return {
    dispose: () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
    },
  };
}
