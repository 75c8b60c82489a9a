/** How text is made inert for one kind of agent's input box, so that typed text is text and nothing else. */
export interface InputEscape {
  /** The text to type. Takes time in proportion to the text's length. */
  escape(text: string): string;
  /** The exact inverse, for comparing or showing the text that an agent has. */
  unescape(text: string): string;
}
