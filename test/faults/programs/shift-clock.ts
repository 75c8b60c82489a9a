/**
 * Loaded before a program, it makes its wall clock wrong by as many milliseconds as stand in the file named by
 * CLOCK_SHIFT_FILE, from the moment they stand there.
 */
import { readFileSync } from 'node:fs';

const right = Date.now;
const file = process.env.CLOCK_SHIFT_FILE ?? '';
Date.now = () => right() + Number(readFileSync(file, 'utf8'));
