import { run } from './run.ts';

// What it writes is for the owner alone.
process.umask(0o077);
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
