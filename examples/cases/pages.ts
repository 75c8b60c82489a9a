/** The pages. `html` escapes whatever is put into it. */
import { html } from 'hono/html';
import { type Case, PEOPLE, type Person } from './data.ts';

type Html = ReturnType<typeof html>;

/** Around every page. The script tag of the assistant is the last line of the head. */
export const page = (gateway: string, person: Person | undefined, body: Html) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <title>Cases</title>
    <link rel="stylesheet" href="/style.css">
    <script src="/page.js" defer></script>
    ${person && html`<script src="${gateway}/embed.js" data-token-url="/assistant-token" async></script>`}
  </head>
  <body>
    <header>
      <a href="/">Cases</a>
      ${person && html`<form id="sign-out" method="post" action="/sign-out">${person.name} <button>Sign out</button></form>`}
    </header>
    <main>${body}</main>
  </body>
</html>`;

export const signInPage = html`<h1>Who are you?</h1>
  <form method="post" action="/sign-in">${PEOPLE.map(
    ({ id, name, mayClose }) =>
      html`<p><button name="person" value="${id}">${name}</button> may ${mayClose ? 'close' : 'read'} cases</p>`,
  )}</form>`;

export const casesPage = (cases: Case[]) => html`<h1>Your cases</h1>
  <table>
    <tr><th>No.</th><th>Title</th><th>Client</th><th>Due</th><th>Status</th></tr>
    ${cases.map(
      ({ id, title, client, due, status }) =>
        html`<tr><td>${id}</td><td><a href="/cases/${id}">${title}</a></td><td>${client}</td><td>${due}</td><td>${status}</td></tr>`,
    )}
  </table>`;

export const casePage = ({ id, title, client, due, status }: Case, { mayClose }: Person) => html`
  <p><a href="/">All cases</a></p>
  <h1 data-case="${id}" data-status="${status}">${title}</h1>
  <dl><dt>No.</dt><dd>${id}</dd><dt>Client</dt><dd>${client}</dd><dt>Due</dt><dd>${due}</dd><dt>Status</dt><dd>${status}</dd></dl>
  ${mayClose && status === 'open' && html`<form method="post" action="/cases/${id}/close"><button>Close case</button></form>`}`;

export const refusedPage = (why: string) => html`<h1>That can’t be done</h1><p>${why}</p>`;
