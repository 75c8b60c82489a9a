/**
 * Loaded before a program, it shifts the program's wall clock by the milliseconds in the file that CLOCK_SHIFT_FILE
 * names, as soon as they are there.
 */
import { readFileSync } from 'node:fs';

const right = Date.now;
const file = process.env.CLOCK_SHIFT_FILE ?? '';
Date.now = () => right() + Number(readFileSync(file, 'utf8'));
