/** What an agent shows of its readiness. */
export type Reading =
  /** Nothing recognised yet. */
  | { state: 'starting' }
  /** An input box; `empty` or with text in it; `busy` while the agent works. */
  | { state: 'ready' | 'busy'; box: 'empty' | 'full' }
  /** A dialog waits for a person: nothing may be typed. `harmless`: a menu that Escape closes without a change. */
  | { state: 'dialog'; text: string; harmless?: boolean };
