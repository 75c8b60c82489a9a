/** How Claude Code is started, and how its screens are read: the files are captures of real panes. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { claudeBusy, claudeCommand } from '../../../src/host/agents/claude-code.ts';
import { readScreen } from '../../../src/host/agents/screen.ts';
import { everyPathBut } from '../../../src/host/isolation/every-name-but.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const READY = { state: 'ready', box: 'empty' };
const FULL = { state: 'ready', box: 'full' };
const BUSY = { state: 'busy', box: 'empty' };
const dialog = (start: string) => ({ state: 'dialog', text: expect.stringMatching(new RegExp(`^${start}`)) });

const READINGS: Record<string, object> = {
  ready: READY,
  answered: READY,
  interrupted: READY,
  // The box shows what could be asked, or what could be done.
  suggestion: READY,
  'after-error': READY,
  text: FULL,
  pasted: FULL,
  busy: BUSY,
  'busy-hint': BUSY,
  retrying: BUSY,
  queued: BUSY,
  trust: dialog('Accessing workspace: / /srv/support / Quick safety check'),
  'mcp-server': dialog('New MCP server found in this project: x'),
  import: dialog('Allow external CLAUDE.md file imports'),
  settings: dialog('Settings Warning'),
  'api-key': dialog('Detected a custom API key'),
  command: dialog('Bash command'),
  file: dialog('Create file'),
  question: dialog('☐ Which / Which one\\? / 1. A'),
};

describe.each(['2.1.197', '2.1.330'])('Claude Code %s shows', (version) => {
  const directory = new URL(`./screens/claude-${version}/`, import.meta.url);
  test.each(readdirSync(directory).map((file) => file.replace('.txt', '')))('%s', (name) => {
    expect(readScreen(readCapture(new URL(`${name}.txt`, directory)), claudeBusy)).toEqual(READINGS[name]);
  });

  test('an API key, whose end is not reported', () => {
    const reading = readScreen(readCapture(new URL('api-key.txt', directory)), claudeBusy);
    expect(JSON.stringify(reading)).not.toContain('0123456789');
  });
});

describe('the claude command', () => {
  const CONVERSATION = '0b0e4f5c-6d0a-4c57-9a40-2f6d9d1a8a55';
  let root: string;
  let claude: Parameters<typeof claudeCommand>[0];
  let cwd: string;

  beforeEach(async () => {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    root = path;
    claude = { program: '/bin/claude', plugin: '/skill', directory: join(root, 'claude') };
    cwd = join(root, 'work.dir');
    for (const name of ['work.dir', 'agent']) mkdirSync(join(root, name));
  });

  const argv = (directory = join(root, 'agent')) =>
    claudeCommand(
      claude,
      { session: 's', directory, conversation: CONVERSATION, home: { cwd, home: null, shared: null, forbidden: [] } },
      { replies: true },
    );
  const settings = (directory?: string) => {
    const args = argv(directory);
    return JSON.parse(args[args.indexOf('--settings') + 1] ?? '');
  };

  function writeTranscript(project: string, line = '{"parentUuid":null}', conversation = CONVERSATION): void {
    const directory = join(claude.directory, 'projects', project);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${conversation}.jsonl`), `${line}\n`);
  }
  const projectOf = (path: string) => path.replace(/[/.]/g, '-');

  test('starts a conversation, and resumes it once it has a transcript', () => {
    expect(argv().slice(-2)).toEqual(['--session-id', CONVERSATION]);
    writeTranscript(projectOf(cwd));
    expect(argv().slice(-2)).toEqual(['--resume', CONVERSATION]);
  });

  test('starts a conversation when only other conversations or directories have a transcript', () => {
    writeTranscript(projectOf(cwd), undefined, '9d6f3d5e-3c1b-4d0f-8a55-0d8f8f3a7b11');
    writeTranscript('-somewhere-else');
    expect(argv().slice(-2)).toEqual(['--session-id', CONVERSATION]);
  });

  test('finds the transcript of a directory whose project name was truncated', () => {
    cwd = join(root, 'x'.repeat(120), 'y'.repeat(120));
    mkdirSync(cwd, { recursive: true });
    writeTranscript(`${projectOf(cwd).slice(0, 200)}-h42bbq`);
    expect(argv().slice(-2)).toEqual(['--resume', CONVERSATION]);
  });

  test('starts anew when a transcript has no message, and deletes that transcript', () => {
    const project = projectOf(cwd);
    writeTranscript(project, '{"type":"ai-title"}');
    expect(argv().slice(-2)).toEqual(['--session-id', CONVERSATION]);
    expect(existsSync(join(claude.directory, 'projects', project, `${CONVERSATION}.jsonl`))).toBe(false);
  });

  test('finds the transcript of a directory behind a link', () => {
    const real = cwd;
    cwd = join(root, 'link');
    symlinkSync(real, cwd);
    writeTranscript(projectOf(real));
    expect(argv().slice(-2)).toEqual(['--resume', CONVERSATION]);
  });

  test('allows files in the session’s directory, by its path and its real path', () => {
    expect(settings().permissions.allow).toEqual([`Edit(/${root}/agent/**)`]);
    symlinkSync(root, join(root, 'state'));
    const linked = join(root, 'state', 'agent');
    expect(settings(linked).permissions.allow).toEqual([`Edit(/${linked}/**)`, `Edit(/${root}/agent/**)`]);
  });

  test('sets dontAsk, so that what is not allowed is refused without a dialog', () => {
    expect(settings().permissions.defaultMode).toBe('dontAsk');
  });

  test('never passes --add-dir: Claude Code would ask whether to trust the directory', () => {
    expect(argv()).not.toContain('--add-dir');
  });

  describe('with a workspace for each user, isolated by Claude Code’s own rules', () => {
    const permissions = () => {
      const shared = join(root, 'shared');
      mkdirSync(join(shared, '.claude'), { recursive: true });
      const given = { permissions: { allow: ['Bash(ls:*)', 'Read'] } };
      writeFileSync(join(shared, '.claude', 'settings.json'), JSON.stringify(given));
      const home = { cwd: join(root, 'homes/one/workspace'), home: null, shared, forbidden: ['/secrets/**'] };
      mkdirSync(home.cwd, { recursive: true });
      const place = { session: 'one', directory: join(root, 'agent'), conversation: CONVERSATION, home };
      const args = claudeCommand(claude, place);
      return JSON.parse(args[args.indexOf('--settings') + 1] ?? '').permissions;
    };

    test('allows what the owner’s shared settings allow, without asking for trust', () => {
      expect(permissions().allow).toEqual(['Bash(ls:*)', 'Read']);
    });

    test('denies forbidden paths, and edits outside the session’s own home', () => {
      const { deny } = permissions();
      expect(deny).toEqual(expect.arrayContaining(['Read(//secrets/**)', 'Edit(//secrets/**)']));
      const patterns = everyPathBut(join(root, 'homes/one'));
      expect(deny).toEqual(expect.arrayContaining(patterns.map((pattern) => `Edit(/${pattern})`)));
    });
  });
});

/** A capture's first line is the cursor's column and row, and the terminal's title. */
function readCapture(file: URL) {
  const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  const [, column, row, title = ''] = /^(\d+),(\d+) (.*)$/.exec(head) ?? [];
  return { lines, cursor: { row: Number(row), column: Number(column) }, title };
}
