/** Reads a block of fenced code without a parser. */
export interface Code {
  code: string;
  /** As it was written behind the fence; null where nothing is. */
  language: string | null;
}

/** Null where the block is not fenced. Its end may be missing: it is still being written. */
export function readFence(block: string): Code | null {
  const open = OPEN.exec(block);
  if (open === null) return null;
  const [line, indentation = '', mark = '', info = ''] = open;
  const body = block.slice(line.length);
  const code = withoutEnd(body, mark);
  return { code: indentation === '' ? code : unindented(code, indentation.length), language: languageOf(info) };
}

/** Only the last line with something in it can be the closing fence; while it grows, a beginning of it. */
function withoutEnd(body: string, mark: string): string {
  const trimmed = body.trimEnd();
  const at = trimmed.lastIndexOf('\n') + 1;
  const last = trimmed.slice(at).trim();
  const isEnd = last !== '' && last === (mark[0] ?? '').repeat(last.length) && last.length >= mark.length;
  return isEnd ? body.slice(0, Math.max(0, at - 1)) : body.replace(/\n$/, '');
}

function unindented(code: string, by: number): string {
  return code.replace(new RegExp(`^ {1,${by}}`, 'gm'), '');
}

function languageOf(info: string): string | null {
  // Markdown knows escapes in there too; no language has a name that needs one.
  return info.trim().split(/\s/)[0] || null;
}

const OPEN = /^( {0,3})(`{3,}|~{3,})([^\n]*)(?:\n|$)/;
