// In the browser, and all of it optional: what the page says about itself, what it does when the assistant has changed
// something, and the end of the sign-in.
function tellCase() {
  const heading = document.querySelector('[data-case]');
  const { case: id, status } = heading?.dataset ?? {};
  if (id) Paliadin.setContext({ case: `${id}, ${heading.textContent}`, status });
}
if (window.Paliadin) tellCase();
else addEventListener('paliadin:ready', tellCase);

addEventListener('paliadin:changed', async () => {
  const fresh = await (await fetch(location.href)).text();
  document.querySelector('main').replaceWith(new DOMParser().parseFromString(fresh, 'text/html').querySelector('main'));
  tellCase();
});

document.querySelector('#sign-out')?.addEventListener('submit', () => window.Paliadin?.shutdown());
