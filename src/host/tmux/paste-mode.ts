/** Follows a pane's output for the switches of bracketed paste (`ESC [ ? 2004 h` and `l`; a full reset, `ESC c`). */
export interface PasteMode {
  on: boolean;
  /** Takes output in the encoding of tmux's control mode: ESC is `\033`. */
  follow(text: string): void;
  /** A new program starts without it. */
  reset(): void;
}

export function followPasteMode(initially: boolean): PasteMode {
  let tail = '';
  return {
    on: initially,
    follow(text) {
      const seen = tail + text;
      for (const [, modes, switched] of seen.matchAll(SWITCH)) {
        if (modes === undefined || modes.split(';').includes('2004')) this.on = switched === 'h';
      }
      // A switch may be split between two pieces. Reading one twice changes nothing, because the order stays.
      tail = seen.slice(-MAX_SWITCH_LENGTH);
    },
    reset() {
      this.on = false;
      tail = '';
    },
  };
}

const SWITCH = /\\033(?:\[\?([0-9;]+)([hl])|c)/g;

// Longer than any list of modes that a program switches at once.
const MAX_SWITCH_LENGTH = 64;
