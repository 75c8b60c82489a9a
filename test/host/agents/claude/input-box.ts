/**
 * What Claude Code's input box acts on in a text. These are the rules of 2.1.197 and 2.1.332, as found by testing
 * both; test/agents/typed-text.test.ts tests them again.
 */

/** What it would act on, for people to read; nothing where it takes the text for text. */
export function foundIn(typed: string): string[] {
  return [...picturesIn(typed), ...foundOnceSubmitted(typed), ...foundAtTheEnd(typed)];
}

/** Looked for at once when text is pasted. */
function picturesIn(pasted: string): string[] {
  const oldest = pasted.split(/ (?=\/|[A-Za-z]:\\)/).flatMap((piece) => piece.split('\n'));
  const newest = pasted.split('\n').flatMap((line) => [line, ...line.split(/ (?=["']?(?:\/|[A-Za-z]:\\))/)]);
  return [...oldest, ...newest].filter((piece) => /\.(png|jpe?g|gif|webp)$/i.test(pathIn(piece)));
}

function pathIn(piece: string): string {
  const trimmed = piece.trim();
  const quoted = /^(["'])([\s\S]*)\1$/.exec(trimmed)?.[2];
  return (trimmed.length > 1 ? (quoted ?? trimmed) : trimmed).replace(/\\(.)/g, '$1');
}

/** The newest removes before that what can't be seen. */
function foundOnceSubmitted(typed: string): string[] {
  const text = typed.normalize('NFC').replaceAll('\t', '    ').trim();
  const visible = text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\u{1107f}\u{16fe4}]/gu, '');
  return [text, visible].flatMap((one) => [
    ...(one.match(/(?:^|[\s\u3002\u3001\uFF1F\uFF01])@\S+/g) ?? []),
    ...(one.match(/(?:^|[\s\u3002\u3001\uFF1F\uFF01])\/[a-zA-Z][a-zA-Z0-9.:\-_]*(?=\s|$)/g) ?? []),
    ...(one.match(/\bultra(?:think|plan|review|code)\b/gi) ?? []),
  ]);
}

/** A menu of completions; a new line in place of Enter; a sign of the terminal's. */
function foundAtTheEnd(typed: string): string[] {
  return typed.match(/(?:\\|\[[IO]|(?:^|\s)[@/#:]\S*)$/g) ?? [];
}
