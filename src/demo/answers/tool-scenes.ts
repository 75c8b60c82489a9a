/** Permission requests of an agent, in the form of Claude Code's tools: harmless ones, long ones and deceptive ones. */

export interface ToolScene {
  tool: string;
  input: Record<string, unknown>;
}

/** The scene by its name; a plain command for any other name. */
export function toolScene(name: string): ToolScene {
  return (Object.hasOwn(SCENES, name) ? SCENES[name] : undefined) ?? { tool: 'Bash', input: { command: name } };
}

const LETTER = `Dear Ms Brandt,

the pump is ready. The parts come to 1,240.00 EUR, to be paid to

    DE12 5001 0517 0648 4898 90

by the end of the month.

Yours, Anna`;

const SCENES: Record<string, ToolScene> = {
  mail: {
    tool: 'mcp__mail__send_message',
    input: {
      from: { name: 'Anna', address: 'anna@example.com' },
      to: ['brandt@bosch.example', 'accounts@bosch.example'],
      bcc: ['archive@elsewhere.example'],
      subject: 'Your pump P-101',
      body: LETTER,
      attachments: [{ name: 'invoice.pdf', path: '/home/anna/invoices/2026-118.pdf', inline: false }],
      options: { priority: 1, receipt: true, sendAt: null, tags: [] },
    },
  },
  bidi: {
    tool: 'Bash',
    input: {
      // Without visible marks it reads as a harmless listing of a text file.
      command: `ls -l notes.txt \u202e;/stluafed/ptmc/ fr- mr\u202c # done${' '.repeat(200)}\u200b&& rm -rf ~/cases`,
      description: 'List the notes',
      timeout: 600_000,
      run_in_background: true,
      dangerouslyDisableSandbox: true,
    },
  },
  script: {
    tool: 'Write',
    input: {
      file_path: '/home/anna/cases/clean-up.sh',
      content: Array.from(
        { length: 4_000 },
        (_, line) => `echo "step ${line} of the clean-up of old cases"; true\n`,
      ).join(''),
    },
  },
  plan: {
    tool: 'ExitPlanMode',
    input: {
      plan: '# Clean up the cases\n\n1. List the closed ones.\n2. Move them to `archive/`.\n3. Delete what is older than ten years.\n',
      allowedPrompts: [{ tool: 'Bash', prompt: 'move files' }],
    },
  },
  edit: {
    tool: 'MultiEdit',
    input: {
      file_path: '/home/anna/cases/4711.md',
      edits: [
        { old_string: 'due: never\n', new_string: 'due: 2026-12-01\n', replace_all: false },
        { old_string: 'open', new_string: 'closed', replace_all: true },
      ],
    },
  },
};

export const SCENE_NAMES = Object.keys(SCENES).join(', ');
