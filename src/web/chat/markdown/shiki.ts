/** Code highlighting. Loaded when the first code block is shown; each language when it is first met. */
import { createCssVariablesTheme, createHighlighterCore, type GrammarState, type LanguageInput } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import type { CodeLine } from './code-line.ts';

const languages: Record<string, LanguageInput> = {
  bash: () => import('shiki/langs/bash.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  dockerfile: () => import('shiki/langs/dockerfile.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  ini: () => import('shiki/langs/ini.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  xml: () => import('shiki/langs/xml.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
};

const aliases: Record<string, string> = {
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  console: 'bash',
  js: 'javascript',
  jsx: 'tsx',
  mjs: 'javascript',
  ts: 'typescript',
  py: 'python',
  rs: 'rust',
  cs: 'csharp',
  'c#': 'csharp',
  golang: 'go',
  yml: 'yaml',
  md: 'markdown',
  postgres: 'sql',
  postgresql: 'sql',
  sqlite: 'sql',
  jsonc: 'json',
  conf: 'ini',
  patch: 'diff',
  svg: 'xml',
  docker: 'dockerfile',
};

const THEME = 'tokens';
const PREFIX = '--code-';

const highlighter = createHighlighterCore({
  engine: createJavaScriptRegexEngine(),
  // The colours are CSS variables, so that both themes are the same tokens; fontStyle would need inline styles.
  themes: [createCssVariablesTheme({ name: THEME, variablePrefix: PREFIX, fontStyle: false })],
  langs: [],
});

/** Colours one block of code, which may grow. */
export interface Colourer {
  /** The code in lines of tokens; those that were finished the last time are the same objects again. */
  take(code: string): readonly CodeLine[];
}

/** Null for a language that is not known. */
export async function openColourer(language: string): Promise<Colourer | null> {
  const name = aliases[language.toLowerCase()] ?? language.toLowerCase();
  const load = Object.hasOwn(languages, name) ? languages[name] : undefined;
  if (load === undefined) return null;
  const shiki = await highlighter;
  await shiki.loadLanguage(load);
  const colour = (code: string, state: GrammarState | undefined) => {
    const options = { lang: name, theme: THEME, tokenizeTimeLimit: LINE_MS };
    const result = shiki.codeToTokens(code, state === undefined ? options : { ...options, grammarState: state });
    return { lines: result.tokens.map(toLine), state: result.grammarState };
  };

  let finished = '';
  let lines: CodeLine[] = [];
  let state: GrammarState | undefined;
  return {
    take(code) {
      if (!code.startsWith(finished)) {
        finished = '';
        lines = [];
        state = undefined;
      }
      const end = code.lastIndexOf('\n') + 1;
      if (end > finished.length) {
        // Without the last line end, behind which there would be one more line, an empty one.
        const more = colour(code.slice(finished.length, end - 1), state);
        lines = [...lines, ...more.lines];
        state = more.state;
        finished = code.slice(0, end);
      }
      return [...lines, ...colour(code.slice(end), state).lines];
    },
  };
}

function toLine(tokens: { content: string; color?: string | undefined }[]): CodeLine {
  return tokens.map(({ content, color }) => ({ text: content, kind: kindOf(color) }));
}

// Of a line that takes longer the rest has no colours. The first one of a language takes what all of its patterns take to
// be made ready, on a slow device more than the half second that is usual.
const LINE_MS = 3_000;

/** `var(--code-token-keyword)` → `keyword` */
function kindOf(color: string | undefined): string | null {
  const name = color?.slice(`var(${PREFIX}token-`.length, -1);
  return color?.startsWith(`var(${PREFIX}token-`) && name ? name : null;
}
