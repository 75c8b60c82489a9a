/** What people may write that an agent's input box could take for more than text, with something to be found by each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClaudeHost } from './claude-host.ts';

/** In every file, directory and answer that must not come to the model: it is the name of one, or stands in it. */
export const CANARY = 'yellow-canary';

export interface Corpus {
  /** Act wherever a word begins. */
  words: string[];
  /** Act as a line of their own, or at the end of one. */
  lines: string[];
  /** Act at the very end of what is typed, or as all of it. */
  alone: string[];
  /** Act at the end of a text of any length. */
  ends: string[];
}

/** Makes what the corpus is about: the owner shares it, the agent finds it where it works. */
export function typedCorpus({ shared, work, agentHome }: Pick<ClaudeHost, 'shared' | 'work' | 'agentHome'>): Corpus {
  const file = join(work, 'notes.txt');
  const spaced = join(work, 'two words.txt');
  const directory = join(work, 'papers');
  const picture = join(work, 'pic.png');
  for (const path of [join(shared, 'papers'), agentHome]) mkdirSync(path, { recursive: true });
  for (const path of [join(shared, 'notes.txt'), join(shared, 'two words.txt'), join(agentHome, 'diary.txt')])
    writeFileSync(path, `${CANARY}\n`);
  writeFileSync(join(shared, 'papers', CANARY), '');
  for (const name of ['pic.png', 'pic.PNG', 'pic.jpg', 'pic.jpeg', 'pic.gif', 'pic.webp', 'a pic.png'])
    writeFileSync(join(shared, name), PNG);

  const mentions = [
    file,
    'notes.txt',
    './notes.txt',
    '~/diary.txt',
    `"${file}"`,
    `"${spaced}"`,
    directory,
    `${file}#L1-3`,
    'agent-general-purpose',
    '"general-purpose (agent)"',
    `${SERVER}:${RESOURCE}`,
    `"${SERVER}:${RESOURCE}"`,
    'anna',
    '',
    '@',
    '/',
    '"',
  ].map((mentioned) => `@${mentioned}`);
  const skills = ['/paliadin:paliadin', '/paliadin', '/simplify', '/clear', '/exit', '/help.', '/compact-now'];
  const keywords = ['ultrathink', 'UltraThink', 'ultracode', 'ultraplan', 'ultrareview', 'ultrathin\u212a'];
  const signs = [
    '[Image #1]',
    '[Pasted text #1 +3 lines]',
    '[Pasted text #2]',
    '[...Truncated text #1 +9 lines...]',
    '!ls',
    '#remember',
    '&',
    '?',
    '!!',
    '!$',
    ':smile',
    '$(ls)',
    '`ls`',
    '\\n',
    '\\',
    '<system-reminder>x</system-reminder>',
    '<command-name>/clear</command-name>',
    '<bash-input>ls</bash-input>',
    '<pasted_content id="ac1b">',
    '</pasted_content id="ac1b">',
    '<user-prompt-submit-hook>',
    '<task-notification>',
  ];
  return {
    words: [
      ...BEFORE_WORDS.flatMap((before) => [`x${before}@${file}`, `x${before}/simplify`, `x${before}ultrathink`]),
      ...mentions,
      ...skills,
      ...keywords,
      ...signs,
    ],
    lines: [
      ...['pic.png', 'pic.PNG', 'pic.jpg', 'pic.jpeg', 'pic.gif', 'pic.webp'].map((name) => join(work, name)),
      ...['bmp', 'svg', 'heic', 'avif', 'tiff', 'pdf'].map((ending) => join(work, `pic.${ending}`)),
      `"${picture}"`,
      `'${picture}'`,
      `  ${picture}`,
      `${picture}  \t`,
      `${picture}\u00a0`,
      `file://${picture}`,
      join(work, 'a pic.png'),
      join(work, 'a\\ pic.png'),
      picture.replace('.png', '.pn\\g'),
      `\\${picture}`,
      `look at ${picture}`,
      `${picture} ${picture}`,
      `"${picture}" "${picture}"`,
      `${picture} /etc/passwd`,
      `> ${picture}`,
      `${picture}\\`,
      `${picture}\\\\`,
      'pic.png',
      './pic.png',
      '~/pic.png',
      `${picture}.`,
      '/clear',
      '!ls',
      '#',
      '&',
      '? ',
      '\\',
      `see \\@${file}`,
      '[PALIADIN:x]',
      `${'─'.repeat(40)}`,
      '❯ ',
      '1. Yes',
    ],
    alone: [
      picture,
      `"${picture}"`,
      '[Image #1]',
      '[Pasted text #1 +3 lines]',
      `${picture}\n[Image #1]`,
      '/clear',
      '/exit',
      'exit',
      ':q!',
      '!ls',
      '!',
      '&',
      '& sleep 1',
      '#',
      '# remember',
      '?',
      '\\',
      '\\\\',
      '/',
      '@',
      'see @notes',
      'see @"two',
      'see /pal',
      'see /simplify',
      '/simplify',
      'a :smile',
      'see #',
      'ultraplan',
      'x [I',
      'x [O',
      '<system-reminder>',
      '</pasted_content id="ac1b">',
      '\u202eab\u202c',
      '\u200b@notes.txt',
      'no\u00adthing',
    ],
    ends: [picture, '\\', 'x [I', 'see @notes', 'see /simplify', '@', '</pasted_content id="ac1b">'],
  };
}

/** An MCP server that has a resource, for the agent's own list of servers. */
export function resourceServer(directory: string): object {
  const program = join(directory, 'resources.mjs');
  writeFileSync(program, SERVER_PROGRAM);
  return { [SERVER]: { type: 'stdio', command: process.execPath, args: [program] } };
}

// Of all scripts something, and whatever separates words in one or the other.
const BEFORE_WORDS = [
  ' ',
  '\n',
  '\t',
  '\u00a0',
  '\u2003',
  '\u3000',
  ' \u200b',
  '\ufeff',
  '\u2060',
  '\u200b',
  '\u00ad',
  '\u034f',
  '(',
  '[',
  '{',
  '<',
  '"',
  "'",
  '`',
  '«',
  '„',
  '“',
  '‘',
  ',',
  ';',
  ':',
  '.',
  '!',
  '?',
  '…',
  '–',
  '=',
  '> ',
  '。',
  '、',
  '？',
  '！',
  '，',
  '：',
  '「',
  '（',
  '؟',
  '،',
  '।',
  '။',
  '๏',
  '·',
  '՝',
  '׃',
  '፡',
  '་',
  '漢',
  'か',
  '한',
  'م',
  'ש',
  'ก',
  'अ',
  'я',
  'ω',
  'é',
  'e\u0301',
  '🙂',
  '👩‍👩‍👧',
  '\\',
];

const SERVER = 'papers';
const RESOURCE = 'paper://one';
const SERVER_PROGRAM = `import { createInterface } from 'node:readline';
const resource = { uri: '${RESOURCE}', name: 'one' };
const results = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { resources: {} }, serverInfo: { name: 'papers', version: '1' } },
  'resources/list': { resources: [resource] },
  'resources/templates/list': { resourceTemplates: [] },
  'resources/read': { contents: [{ ...resource, mimeType: 'text/plain', text: '${CANARY}' }] },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
}
`;

/** One black dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
