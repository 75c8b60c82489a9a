#!/usr/bin/env node
// `paliadin …` on PATH after `npm link`: the same as `node bootstrap.mjs paliadin …` in the clone.
process.argv.splice(2, 0, 'paliadin');
await import('../bootstrap.mjs');
