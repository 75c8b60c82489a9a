import { fileURLToPath } from 'node:url';
import { defineConfig, type Rolldown } from 'vite';

/** Builds the programs that run on the gateway’s machine: what a thousand small modules take to load, a start need not wait for. */
export default defineConfig({
  publicDir: false,
  plugins: [{ name: 'ascii', generateBundle: inAsciiAll }],
  // Loaded by packages of the gateway for what nobody asks of them; each is as much code as all of ours.
  resolve: { alias: { yaml: unused('no-yaml.ts'), glob: unused('no-glob.ts') } },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: 'dist/programs',
    target: 'node24',
    minify: false,
    rolldownOptions: {
      input: {
        cli: 'src/cli/cli.ts',
        daemon: 'src/daemon/daemon.ts',
        relay: 'src/daemon/relay.ts',
        demo: 'src/demo/main.ts',
        'user-token': 'src/user-token/index.ts',
        'database-worker': 'src/store/sqlite/database-worker.ts',
      },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});

function inAsciiAll(_options: unknown, bundle: Rolldown.OutputBundle): void {
  for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = inAscii(file.code);
}

function unused(file: string): string {
  return fileURLToPath(new URL(`src/http/unused/${file}`, import.meta.url));
}

/**
 * Node keeps the text of a program in memory, with two bytes for each character if a single one needs them. An escape means
 * the same wherever such a character may be in a program, except in `String.raw`.
 */
function inAscii(code: string): string {
  if (/String\.raw`[^`]*[^ -~\s]/.test(code)) throw new Error('String.raw with a character that is not ASCII');
  return code.replace(/(\\*)([^ -~\t\n\r])/g, (_, before: string, unit: string) => {
    // A backslash of its own means nothing before such a character, and would escape that of the escape.
    const kept = before.length % 2 === 0 ? before : before.slice(1);
    return `${kept}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
