import { defineConfig } from 'vite';

/** Builds what a host needs: the shim, with daemon and demo agent inside, as one file that runs on Node alone. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'src/shim/shim.ts',
    outDir: 'dist',
    emptyOutDir: false,
    // Old enough that an old Node reads it all, and gets to its first lines, which say that it is too old.
    target: 'es2019',
    // The host's owner may want to read what runs there.
    minify: false,
    rolldownOptions: {
      output: {
        // Modules of the module system are linked before anything runs, so one that an old Node does not have would speak first.
        format: 'cjs',
        entryFileNames: 'paliadin-shim.mjs',
        codeSplitting: false,
        postBanner: `#!/usr/bin/env node
import { createRequire } from 'node:module';
{ // names of its own, which no package's can meet
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 13)) {
    console.error('paliadin-shim: Node ' + process.versions.node + ' is too old: install 22.13 or newer on this host');
    process.exit(70);
  }
}
const require = createRequire(import.meta.url), exports = {};`,
      },
    },
  },
});
