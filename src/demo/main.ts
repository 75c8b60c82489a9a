/** The demo agent's entry: arguments, terminal, process. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Agent } from './agent.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { listen } from './terminal/keyboard.ts';
import { readToolServer } from './tools/config.ts';
import { openToolbox, type Toolbox } from './tools/toolbox.ts';

/** From sysexits.h: the command was used wrongly. */
const EX_USAGE = 64;

const { stdin, stdout } = process;
const options = optionsOrExit();
if (!stdin.isTTY || !stdout.isTTY) refuse('the demo agent is an interactive program and needs a terminal');
if (options.logDirectory !== null) mkdirSync(options.logDirectory, { recursive: true, mode: 0o700 });

const agent = new Agent(options, {
  write: (output) => stdout.write(output),
  size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }), // a terminal may not know its size
  now: () => performance.now(),
  exit: (code) => process.exit(code),
  toolbox: toolsOrExit(),
});

process.on('exit', () => agent.leave());
for (const [signal, code] of Object.entries({ SIGTERM: 143, SIGINT: 130 }))
  process.on(signal, () => process.exit(code));
stdin.on('end', () => process.exit(0));
stdout.on('resize', () => agent.resized());
listen(stdin, (events) => agent.input(events));
agent.start();

function optionsOrExit(): Options {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  try {
    const read = readOptions(process.argv.slice(2), { locale: LC_ALL ?? LC_MESSAGES ?? LANG ?? '', newId: randomUUID });
    if (read !== 'help') return read;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  stdout.write(USAGE);
  process.exit(0);
}

function toolsOrExit(): Toolbox | null {
  try {
    const server = options.mcpConfig === null ? null : readToolServer(options.mcpConfig, process.env);
    return server && openToolbox(server);
  } catch (error) {
    return refuse(`--mcp-config can't be read: ${(error as Error).message}`);
  }
}

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n\n${USAGE}`);
  process.exit(EX_USAGE);
}
