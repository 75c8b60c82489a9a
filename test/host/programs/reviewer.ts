/**
 * An input box that shows pasted text for review, as some agents do: the first Enter clears the screen, draws it
 * again and leaves the text; the second one submits it.
 */
import { setTimeout as delay } from 'node:timers/promises';

const RULE = '─'.repeat(40);
let text = '';
let enters = 0;

function draw(): void {
  process.stdout.write(`\x1b[2J\x1b[Hsubmitted: ${text === '' && enters > 1}\r\n${RULE}\r\n❯ ${text}\r\n${RULE}\r\n`);
}

process.stdin.setRawMode(true);
process.stdout.write('\x1b[?2004h');
draw();
process.stdin.on('data', async (bytes) => {
  const keys = bytes.toString();
  if (keys !== '\r') {
    text = keys.replaceAll('\x1b[200~', '').replaceAll('\x1b[201~', '');
    return draw();
  }
  enters++;
  if (enters > 1) text = '';
  process.stdout.write('\x1b[2J');
  await delay(300);
  draw();
});
