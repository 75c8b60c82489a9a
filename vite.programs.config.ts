import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Rolldown } from 'vite';

/** Builds the programs that run on the gateway’s machine: what a thousand small modules take to load, a start need not wait for. */
export default defineConfig({
  publicDir: false,
  plugins: [
    { name: 'ascii', generateBundle: inAsciiAll },
    { name: 'builtin-modules', renderChunk: withoutImportsOfNode },
  ],
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

/**
 * An import of a module of Node reads all of its exports. Some of them are made only then: `node:http` loads the whole of
 * `fetch`, which takes 13 MB and as many hundredths of a second as a start may take. Asked for by name, they stay unmade.
 */
function withoutImportsOfNode(code: string): { code: string; map: null } {
  const rewritten = code.replace(
    /^import (?:(.+) from )?"([^"]+)";$/gm,
    (statement, names: string | undefined, from) => {
      if (!isBuiltin(from)) return statement;
      const module = `process.getBuiltinModule(${JSON.stringify(from)})`;
      return names === undefined ? `${module};` : `const ${declared(names, module)};`;
    },
  );
  return { code: rewritten, map: null };
}

/** `names` as in an import: `a`, `* as a`, `{ a, b as c, default as d }`, or `a, { b }`. */
function declared(names: string, module: string): string {
  const [, whole, some] = /^(?:\* as )?([\w$]+)?(?:, )?(?:\{ (.+) \})?$/.exec(names) ?? [];
  if (whole === undefined && some === undefined) throw new Error(`an import that is not understood: ${names}`);
  const parts = (some ?? '').split(', ').filter(Boolean);
  const declarations = [
    ...(whole === undefined ? [] : [`${whole} = ${module}`]),
    ...parts.flatMap((part) => (part.startsWith('default as ') ? [`${part.slice(11)} = ${module}`] : [])),
  ];
  const others = parts.filter((part) => !part.startsWith('default as ')).map((part) => part.replace(' as ', ': '));
  if (others.length > 0) declarations.push(`{ ${others.join(', ')} } = ${module}`);
  return declarations.join(', ');
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
