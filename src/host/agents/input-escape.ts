/** How text is made inert for one kind of agent's input box: typed, it is text and nothing else. */
export interface InputEscape {
  /** What is typed. Takes time in proportion to the text's length. */
  escape(text: string): string;
  /** The exact inverse, for where what an agent has is compared or shown. */
  unescape(text: string): string;
}
