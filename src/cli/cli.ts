import { run } from './run.ts';

// What it writes is for the owner alone.
process.umask(0o077);
// A reader that has left, such as `head`, has what it wanted; and a gateway goes on without a reader of its log.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  // A stream that is not touched leaves the terminal to `attach`.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
});
