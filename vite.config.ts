import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin } from 'vite';

/** Builds what runs in a browser. The gateway serves the result. */
export default defineConfig({
  root: 'src/web',
  plugins: [react(), drawOnce(), ownStructuredClone(), noSvgNames(), client(), loader()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    // The chat, the owner's view, which the chat never loads, and the chat in a page of the application.
    rolldownOptions: { input: ['src/web/index.html', 'src/web/admin.html', 'src/web/embed.html'] },
    // The content security policy knows no data: URLs, so nothing may be inlined as one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // From where browsers know light-dark(), and popovers: mid 2024. Older targets would
    // have light-dark() rewritten into something that a switch of the theme does not reach.
    target: ['chrome123', 'firefox125', 'safari17.5'],
  },
});

/** Nothing is drawn until the script has chosen the theme: no flash of the other one. Vite drops the attribute. */
function drawOnce(): Plugin {
  return {
    name: 'draw-once',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
    },
  };
}

/** A library brings structuredClone to old browsers. Every browser that we build for has it. */
function ownStructuredClone(): Plugin {
  const id = '\0structured-clone';
  return {
    name: 'own-structured-clone',
    enforce: 'pre',
    resolveId: (source) => (source === '@ungap/structured-clone' ? id : null),
    load: (loaded) => (loaded === id ? 'export default structuredClone;' : null),
  };
}

/** A library knows the names of all of SVG's attributes. No SVG comes out of an answer: it is not on the list of what may. */
function noSvgNames(): Plugin {
  return {
    name: 'no-svg-names',
    enforce: 'pre',
    load: (loaded) =>
      loaded.endsWith('/property-information/lib/svg.js')
        ? "import { create } from './util/create.js'; export const svg = create({ properties: {}, space: 'svg' });"
        : null,
  };
}

/**
 * The client that other programs use: one file that imports nothing, and its types. Built on its own, so that it shares no
 * chunk with the page.
 */
function client(): Plugin {
  return {
    name: 'client',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'error',
        build: {
          outDir: 'dist/web',
          emptyOutDir: false,
          target: 'es2022',
          lib: { entry: 'src/client/index.ts', formats: ['es'], fileName: () => 'client.js' },
        },
      });
      // Those of `paliadin/user-token` too, which is built with the programs.
      const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rewriteRelativeImportExtensions'];
      const into = ['--rootDir', 'src', '--outDir', 'dist/types'];
      for (const project of ['src/client', 'src/user-token']) {
        const tsc = ['node_modules/typescript/bin/tsc', '-p', project, ...emit, ...into];
        await promisify(execFile)(process.execPath, tsc);
      }
    },
  };
}

/** What an application's page loads: one script without modules, so that it knows its own tag. */
function loader(): Plugin {
  return {
    name: 'loader',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'error',
        build: {
          outDir: 'dist/web',
          emptyOutDir: false,
          target: ['chrome111', 'firefox125', 'safari16.4'],
          lib: { entry: 'src/web/embed/loader.ts', name: '_', formats: ['iife'], fileName: () => 'embed.js' },
        },
      });
    },
  };
}
