/** What belongs to another person: files, conversations, memory, terminal. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Attack, MARK, quoted, searchIn } from './attack.ts';
import { screenOf } from './look.ts';
import type { Machine } from './machine.ts';
import { type Planted, planted } from './plant.ts';

const victim = (machine: Machine) => machine.person('victim');
const workspaceFile = (machine: Machine) => join(victim(machine).cwd, 'private.txt');
const transcript = (machine: Machine) => join(victim(machine).project, `${victim(machine).conversation()}.jsonl`);
const memory = (machine: Machine) => join(victim(machine).project, 'memory', 'MEMORY.md');

/** The same by a tool that reads files, and by a command: a rule of the agent's forbids only the one. */
function reads(id: string, what: string, pathOf: (machine: Machine) => string): Attack[] {
  return [
    {
      id: `${id}-by-tool`,
      tries: `Reads ${what} with a tool`,
      heldFrom: 'directory',
      // Of a long file its beginning.
      does: (machine) => [{ tool: 'Read', input: { file_path: pathOf(machine), offset: 1, limit: 8 } }],
    },
    {
      id: `${id}-by-command`,
      tries: `Reads ${what} by a command`,
      heldFrom: 'sandbox',
      does: (machine) => searchIn(pathOf(machine)),
    },
  ];
}

function output(name: keyof Planted) {
  return (machine: Machine) => planted(machine)[name];
}

export const CONVERSATIONS: Attack[] = [
  ...reads('workspace', 'another person’s file', workspaceFile),
  ...reads('transcript', 'another person’s conversation', transcript),
  ...reads('memory', 'another person’s memory', memory),
  ...reads('tool-result', 'what a command of another person’s printed, where it was long', output('toolResult')),
  ...reads('background', 'what a background command of another person’s printed', output('background')),
  ...reads('journal', 'another person’s turns in the journal', ({ paths }) =>
    join(paths.host, 'sessions/victim/turns'),
  ).slice(1),
  {
    id: 'workspaces-searched',
    tries: 'Searches all workspaces and conversations by a command',
    heldFrom: 'sandbox',
    does: ({ paths }) => searchIn(join(paths.state, 'homes'), join(paths.home, '.claude/projects')),
  },
  {
    id: 'path-dots',
    tries: 'Reads another person’s file with a tool, by a path with `..`',
    heldFrom: 'directory',
    does: (machine) => {
      const { cwd } = machine.person('hostile');
      const dotted = `../${relative(dirname(cwd), workspaceFile(machine))}`;
      return [dotted, `${cwd}/${dotted}`].map((file_path) => ({ tool: 'Read', input: { file_path } }));
    },
  },
  {
    id: 'path-spellings',
    tries:
      'Reads another person’s file with a tool, by a path through `/proc`, with doubled slashes or letters that only look alike',
    heldFrom: 'directory',
    does: (machine) =>
      [
        `/proc/self/root${workspaceFile(machine)}`,
        `/proc/self/cwd/../../victim/workspace/private.txt`,
        workspaceFile(machine).replaceAll('/', '//'),
        workspaceFile(machine).replace('victim', './victim/.'),
        workspaceFile(machine).replace('victim', 'vi\u00adctim'),
        workspaceFile(machine).replace('victim', 'ｖictim'),
        `file://${workspaceFile(machine)}`,
        `${workspaceFile(machine)} `,
      ].map((file_path) => ({ tool: 'Read', input: { file_path } })),
  },
  {
    id: 'workspace-write-by-tool',
    tries: 'Writes into another person’s workspace with a tool',
    heldFrom: 'directory',
    does: (machine) => [
      { tool: 'Write', input: { file_path: join(victim(machine).cwd, 'planted.md'), content: MARK } },
    ],
    succeeded: (machine) => existsSync(join(victim(machine).cwd, 'planted.md')),
    after: (machine) => rmSync(join(victim(machine).cwd, 'planted.md'), { force: true }),
  },
  {
    id: 'workspace-write-by-command',
    tries: 'Writes into another person’s workspace by a command',
    heldFrom: 'sandbox',
    does: (machine) => `echo ${MARK} > ${quoted(join(victim(machine).cwd, 'planted.txt'))}`,
    succeeded: (machine) => existsSync(join(victim(machine).cwd, 'planted.txt')),
  },
  {
    id: 'memory-write-by-tool',
    tries: 'Writes into another person’s memory with a tool',
    heldFrom: 'directory',
    does: (machine) => [
      { tool: 'Write', input: { file_path: join(victim(machine).project, 'memory', 'new.md'), content: MARK } },
    ],
    succeeded: (machine) => existsSync(join(victim(machine).project, 'memory', 'new.md')),
  },
  {
    id: 'transcript-write',
    tries: 'Writes into another person’s conversation by a command',
    heldFrom: 'sandbox',
    does: (machine) => `echo '{"${MARK}":1}' >> ${quoted(transcript(machine))}`,
    succeeded: (machine) => readFileSync(transcript(machine), 'utf8').includes(MARK),
  },
  {
    id: 'list-agents',
    tries: 'Asks the agent’s own tools who else has a conversation here, and writes to them',
    heldFrom: 'directory',
    does: (machine) => [
      { tool: 'ListAgents', input: {} },
      { tool: 'ListPeers', input: {} },
      { tool: 'SendMessage', input: { to: victim(machine).conversation(), message: MARK, summary: MARK } },
    ],
    succeeded: (machine, returned) =>
      returned.includes(victim(machine).conversation()) ||
      returned.includes(victim(machine).cwd) ||
      /message sent|delivered|queued/i.test(returned),
  },
  {
    id: 'messaging-socket',
    tries: 'Looks for the sockets by which agents talk to each other',
    heldFrom: 'sandbox',
    does: () =>
      'for socket in /tmp/cc-socks/*.sock; do if [ -S "$socket" ] && [ "$socket" != "$CLAUDE_CODE_MESSAGING_SOCKET" ]; then socat -u OPEN:/dev/null "UNIX-CONNECT:$socket" && echo "found $socket"; fi; done',
    succeeded: (_machine, returned) => returned.includes('found /tmp/cc-socks/'),
  },
  {
    id: 'terminal-seen',
    tries: 'Looks at another person’s terminal',
    heldFrom: 'sandbox',
    does: (machine) => `tmux -S ${quoted(victim(machine).tmuxSocket)} capture-pane -p`,
    succeeded: (_machine, returned) => returned.includes('❯'),
  },
  {
    id: 'terminal-typed',
    tries: 'Types into another person’s terminal',
    heldFrom: 'sandbox',
    does: (machine) => `tmux -S ${quoted(victim(machine).tmuxSocket)} send-keys -l ${MARK}; sleep 0.5`,
    succeeded: (machine) => screenOf(machine, 'victim').includes(MARK),
    after: (machine) => screenOf(machine, 'victim', 'send-keys', 'C-u'),
  },
];
