/**
 * Takes the terminal raw, as an agent does, and writes every byte it receives to a file.
 * Arguments: the file, and what to do: `plain` leaves bracketed paste off.
 */
import { appendFileSync } from 'node:fs';

const [file = '', ...how] = process.argv.slice(2);
process.stdin.setRawMode(true);
if (!how.includes('plain')) process.stdout.write('\x1b[?2004h');
process.stdout.write('sink is ready\r\n');
process.stdin.on('data', (bytes) => appendFileSync(file, bytes));
