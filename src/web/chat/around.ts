/** The application's page that a chat is shown in. A chat on a page of its own has none. */
export interface Around {
  /** What it says: its address, its title, and what else, by name. Untrusted, and as much as the person has left of it. */
  page: string | null;
  title: string | null;
  items: readonly (readonly [name: string, text: string])[];
  /** All of it but the address, for the agent. */
  context: string | null;
  /** Takes one piece away, or with null all of it, until the page is another. */
  drop(name: string | null): void;
  /** A chip: the page's own router opens it, or else a link. */
  openEntity(path: string): void;
  /** Where that link leads; null where the path is none of the application. */
  linkTo(path: string): string | null;
  /** Null where the chat is a part of the page, and can't be closed. */
  close: (() => void) | null;
  /** Hears what the page asks in the person's name: into the box, or sent. The result ends it. */
  onAsk(listener: (text: string, send: boolean) => void): () => void;
  /** Hears when the chat is shown, to put the focus where the next question is written. The result ends it. */
  onShown(listener: () => void): () => void;
  /** A tool of the application's has changed something, in whichever conversation. */
  changed(tool: string): void;
  /** Another conversation is shown. */
  conversationShown(sessionId: string): void;
  /** A turn has ended, while the person may look elsewhere. */
  turnEnded(turnId: string): void;
}
