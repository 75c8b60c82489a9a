/** The pages, as HTML. */
import type { Case, Person } from './data.ts';

/** Around every page. The script tag of the assistant is the last line of the head. */
export function page({ person, body, gateway }: { person: Person | undefined; body: string; gateway: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <title>Cases</title>
  <link rel="stylesheet" href="/style.css">
  <script src="/page.js" defer></script>
  ${person ? `<script src="${gateway}/embed.js" data-token-url="/assistant-token" async></script>` : ''}
</head>
<body>
  <header>
    <a href="/">Cases</a>
    ${person ? `<form id="sign-out" method="post" action="/sign-out">${html(person.name)} <button>Sign out</button></form>` : ''}
  </header>
  <main>${body}</main>
</body>
</html>`;
}

export function signInPage(people: readonly Person[]): string {
  const buttons = people.map(
    ({ id, name, mayClose }) =>
      `<li><button name="person" value="${html(id)}">${html(name)}</button> ${mayClose ? 'may close cases' : 'may read cases'}</li>`,
  );
  return `<h1>Who are you?</h1><form method="post" action="/sign-in"><ul>${buttons.join('')}</ul></form>`;
}

export function casesPage(cases: readonly Case[]): string {
  const rows = cases.map(
    ({ id, title, client, due, status }) =>
      `<tr><td>${id}</td><td><a href="/cases/${id}">${html(title)}</a></td><td>${html(client)}</td><td>${due}</td><td>${status}</td></tr>`,
  );
  return `<h1>Your cases</h1>
    <table><thead><tr><th>No.</th><th>Title</th><th>Client</th><th>Due</th><th>Status</th></tr></thead>
    <tbody>${rows.join('')}</tbody></table>`;
}

export function casePage({ id, title, client, due, status }: Case, { mayClose }: Person): string {
  const close = `<form method="post" action="/cases/${id}/close"><button>Close case</button></form>`;
  return `<article data-case data-id="${id}" data-title="${html(title)}" data-status="${status}">
    <p><a href="/">All cases</a></p>
    <h1>${html(title)}</h1>
    <dl><dt>No.</dt><dd>${id}</dd><dt>Client</dt><dd>${html(client)}</dd><dt>Due</dt><dd>${due}</dd><dt>Status</dt><dd>${status}</dd></dl>
    ${mayClose && status === 'open' ? close : ''}
  </article>`;
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const STYLE = `
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: #16181d }
header { display: flex; justify-content: space-between; align-items: center; padding: 12px 24px; border-bottom: 1px solid #e4e6ea }
header a { font-weight: 600; color: inherit; text-decoration: none }
main { max-width: 48rem; padding: 8px 24px }
h1 { font-size: 22px; font-weight: 600 }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 8px 12px 8px 0; border-bottom: 1px solid #e4e6ea; text-align: left }
th { color: #666d79; font-weight: 400 }
a { color: #2453a6 }
ul { padding: 0; list-style: none } li { margin: 8px 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px } dt { color: #666d79 } dd { margin: 0 }
button { padding: 6px 14px; border: 1px solid #c9cdd4; border-radius: 6px; background: #fff; font: inherit; cursor: pointer }
`;
