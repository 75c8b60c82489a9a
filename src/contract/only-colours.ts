/**
 * A line of a terminal that contains nothing but text and SGR sequences (colour and weight), so that a program that
 * shows it obeys no sequence from the agent.
 */
export function onlyColours(line: string): string {
  return line.replaceAll(SEQUENCE, (sequence) => (SGR.test(sequence) ? sequence : ''));
}

// A whole control sequence or string (a link, a title) where there is one, else the control character alone.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]|[\u0000-\u001f\u007f-\u009f]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const SGR = /^\u001b\[[0-9;:]{0,100}m$/;
