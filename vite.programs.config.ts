import { defineConfig } from 'vite';

/** Builds the programs that run on the gateway’s machine: what a thousand small modules take to load, a start need not wait for. */
export default defineConfig({
  publicDir: false,
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
