import { StringDecoder } from 'node:string_decoder';

/** A `data` listener that passes on whole lines, without their newline. */
export function splitLines(take: (line: string) => void): (bytes: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (bytes) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  };
}
