/** Quotes other people's text in an answer. */

/** On one line, shortened, and without meaning as Markdown or HTML. */
export function plain(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  const short = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : line;
  return short.replace(/[\\`*_~<>[\]()#|!&]/g, '\\$&');
}

/** In a code block whose fence is longer than any within, so that the text can't end it. */
export function fenced(text: string, language = ''): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Enough for people to recognise their own question. */
const MAX_LENGTH = 120;
