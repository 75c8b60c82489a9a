/**
 * The text of an answer for whoever can only append. A chunk may replace earlier text (docs/decisions/0005): what is given out
 * here still stood where it was when more came after it.
 */
export interface SettledText {
  /** Returns what can be sent now. */
  put(offset: number, text: string): string;
  /** What is missing of the whole answer; null where something else was sent before. */
  complete(answer: string): string | null;
}

export function createSettledText(): SettledText {
  let whole = '';
  let sent = '';
  return {
    put(offset, text) {
      const appends = whole === sent && offset === whole.length;
      whole = appends ? whole + text : whole.slice(0, offset) + text;
      // While what was sent does not stand there any more, nothing can follow it.
      if (!appends && !whole.startsWith(sent)) return '';
      const added = appends ? text : whole.slice(sent.length);
      sent = whole;
      return added;
    },
    complete(answer) {
      if (!answer.startsWith(sent)) return null;
      return answer.slice(sent.length);
    },
  };
}
