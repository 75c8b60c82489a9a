// In the browser, and all of it optional: what the page says about itself, what it does when the assistant has changed
// something, and the end of the sign-in.
addEventListener('paliadin:ready', () => {
  const { textContent: title, dataset } = document.querySelector('[data-case]') ?? { dataset: {} };
  if (title) Paliadin.setContext({ case: `${dataset.case}, ${title}`, status: dataset.status });

  Paliadin.on('changed', async () => {
    const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    document.querySelector('main').replaceWith(fresh.querySelector('main'));
  });
});

document.querySelector('#sign-out')?.addEventListener('submit', () => window.Paliadin?.shutdown());
