/**
 * xterm writes its colours and sizes into `<style>` elements, which our content security policy refuses: it knows no
 * inline styles. The same text in a constructed style sheet is allowed, so this document gives xterm an element in place
 * of each `<style>` that puts its text there.
 */
export function documentForXterm(document: Document): { document: Document; dispose(): void } {
  const sheets: CSSStyleSheet[] = [];
  const createStyle = () => {
    const sheet = new CSSStyleSheet();
    sheets.push(sheet);
    document.adoptedStyleSheets.push(sheet);
    const element = document.createElement('span');
    element.hidden = true;
    Object.defineProperty(element, 'textContent', { set: (css: string) => sheet.replaceSync(css) });
    return element;
  };
  const stand = new Proxy(document, {
    get(target, name) {
      if (name === 'createElement') {
        return (tag: string) => (tag === 'style' ? createStyle() : target.createElement(tag));
      }
      const value: unknown = Reflect.get(target, name, target);
      // A document's own methods want the document itself.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    document: stand,
    dispose: () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
    },
  };
}
