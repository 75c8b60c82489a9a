/** Code with its colours. */
export interface CodeToken {
  text: string;
  /** Names a class in code.css; null is plain. */
  kind: string | null;
}

export type CodeLine = CodeToken[];
