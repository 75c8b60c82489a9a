/** The command line: `paliadin …`. Each command is a file of `commands/`. */
import { Command } from 'commander';
import { ConfigError, loadConfig } from '../config/load.ts';
import { VERSION } from '../config/version.ts';
import { PaliadinError } from '../contract/errors.ts';
import { note, print } from '../process/terminal.ts';
import { attach } from './commands/attach.ts';
import { showAuditHead, verifyAudit } from './commands/audit.ts';
import { showConfig } from './commands/config.ts';
import { doctor } from './commands/doctor.ts';
import { addHostCommand } from './commands/host/add.ts';
import { removeHostCommand } from './commands/host/remove.ts';
import { createLink } from './commands/link.ts';
import { showSessions } from './commands/sessions.ts';
import { start } from './commands/start.ts';
import { stopHost } from './commands/stop-host.ts';
import { createToken, listTokens, revokeToken } from './commands/token.ts';
import { showTurns } from './commands/turns.ts';
import { disableUser, enableUser, listUsers, setUserQuota, setUserRole, signOutUser } from './commands/user.ts';
import { deleteUser, exportUserData } from './commands/user-data.ts';

const program = new Command('paliadin')
  .description('Answers a web application’s users through the CLI agent on your own machine.')
  .version(VERSION)
  .configureOutput({
    writeOut: (text) => print(text.replace(/\n$/, '').split('\n')),
    writeErr: (text) => note(text.replace(/\n$/, '').split('\n')),
  });

const settings = () => ({ config: loadConfig(process.env, process.cwd()), env: process.env });

program
  .command('start', { isDefault: true })
  .description('run the gateway and print a sign-in link for the owner')
  .option('--port <number>', 'listen here instead of PALIADIN_PORT')
  .action((options: { port?: string }) => {
    if (options.port !== undefined) process.env.PALIADIN_PORT = options.port;
    return start(settings());
  });
program
  .command('config')
  .description('show the settings in force and where each comes from')
  .option('--json', 'as JSON')
  .action((options) => showConfig(settings(), options));
program
  .command('link')
  .description('make a one-time sign-in link')
  .option('--user <name>', 'for this user instead of the owner')
  .action((options) => createLink(settings(), options));
program
  .command('attach')
  .description('look at a user’s terminal; leave it with Ctrl-b d')
  .argument('[user]', 'a user’s name or id, or a session’s name; the owner’s where none is given')
  .option('--read-only', 'look without typing')
  .action((user, options) => attach(settings(), user, options));
program
  .command('sessions')
  .description('list the conversations and what runs in them')
  .option('--json', 'as JSON')
  .action((options) => showSessions(settings(), options));
program
  .command('turns')
  .description('list recent turns')
  .option('--json', 'as JSON, questions and answers included')
  .option('--user <name>', 'of this user only')
  .option('--search <words>', 'in whose question or answer each of these words begins a word')
  .option('--limit <number>', 'how many at most', '20')
  .action((options) => showTurns(settings(), options));
const token = program.command('token').description('tokens for programs');
token
  .command('create')
  .description('make a token; it is printed once, alone on standard output')
  .requiredOption('--user <name>', 'whose token; a user who is not there yet is created')
  .requiredOption('--name <name>', 'what it is for')
  .option('--scopes <words>', 'what for: some of ask, read, admin, metrics', 'ask,read')
  .option('--expires <days>', 'such as 90d; never where it is not said')
  .action((options) => createToken(settings(), options));
token
  .command('list')
  .description('list the tokens; they themselves are not kept')
  .option('--user <name>', 'of this user only')
  .option('--json', 'as JSON')
  .action((options) => listTokens(settings(), options));
token
  .command('revoke')
  .description('end a token')
  .argument('<id>', 'as `token list` shows it')
  .action((id) => revokeToken(settings(), id));
const user = program.command('user').description('who may do what');
user
  .command('list')
  .description('list the users')
  .option('--json', 'as JSON')
  .action((options) => listUsers(settings(), options));
user
  .command('role')
  .description('make a user an admin, who sees everybody’s turns, or a member')
  .argument('<user>')
  .argument('<role>', 'admin or member')
  .action((subject, role) => setUserRole(settings(), subject, role));
user
  .command('disable')
  .description('let a user in no more; open streams end within seconds')
  .argument('<user>')
  .action((subject) => disableUser(settings(), subject));
user
  .command('enable')
  .description('let a user in again')
  .argument('<user>')
  .action((subject) => enableUser(settings(), subject));
user
  .command('quota')
  .description('set how many questions a day a user may ask')
  .argument('<user>')
  .argument('<quota>', 'a number, or none')
  .action((subject, quota) => setUserQuota(settings(), subject, quota));
user
  .command('export')
  .description('print all that is kept of a user, as JSON')
  .argument('<user>')
  .action((subject) => exportUserData(settings(), subject));
user
  .command('delete')
  .description('delete a user and all that they said; the audit log stays whole')
  .argument('<user>')
  .option('--yes', 'do it')
  .action((subject, options) => deleteUser(settings(), subject, options));
const audit = program.command('audit').description('who did what: a log that is only added to');
audit
  .command('verify')
  .description('see whether the audit log is whole; exit status 1 where it is not')
  .option('--head <head>', 'what `audit head` printed once: the log has to contain it')
  .option('--json', 'as JSON')
  .action((options) => verifyAudit(settings(), options));
audit
  .command('head')
  .description('print where the audit log ends, to keep it elsewhere')
  .action(() => showAuditHead(settings()));
program
  .command('sign-out')
  .description('sign a user out of all browsers')
  .argument('<user>')
  .option('--tokens', 'end their API tokens too')
  .action((subject, options) => signOutUser(settings(), subject, options));
program
  .command('doctor')
  .description('look at gateway and host, and say what to do where something is wrong')
  .option('--json', 'as JSON')
  .action((options) => doctor(settings(), options));
const host = program.command('host').description('the machine whose agent answers, where it is another one');
const collect = (value: string, before: string[] = []) => [...before, value];
const ownAccess = (command: Command) =>
  command
    .option('--identity <file>', 'your own key for the host, where your ssh does not find it by itself')
    .option('--ssh-config <file>', 'your own ssh configuration, instead of the usual one')
    .option('--ssh-option <option>', 'an option for your own ssh, such as ProxyJump=gate; may be repeated', collect)
    .option('--settings <file>', 'the file of the gateway’s settings', '.env');
ownAccess(host.command('add'))
  .description('set up a host through your own ssh access: key, shim, skill and settings')
  .argument('<place>', 'USER@HOST or USER@HOST:PORT')
  .option('--agent <name>', 'which agent answers: claude or demo; claude where it is installed')
  .option(
    '--approvals <who>',
    'what a gateway may allow there: deny (nothing) or gateway; asked at a terminal, else deny',
  )
  .option('--service', 'install the daemon as a service of the account')
  .option('--print', 'print the settings, key included, instead of writing them to a file')
  .action((place, options) => addHostCommand(settings(), place, options));
ownAccess(host.command('remove'))
  .description('undo what add did; conversations are kept')
  .argument('[place]', 'USER@HOST or USER@HOST:PORT; the only one where none is given')
  .option('--purge', 'remove conversations and what you have written too')
  .action((place, options) => removeHostCommand(settings(), place, options));
program
  .command('stop-host')
  .description('end the host’s daemon and the agents’ terminals; conversations are kept')
  .action(() => stopHost(settings()));

try {
  await program.parseAsync();
} catch (error) {
  const text = textOf(error);
  note(`paliadin: ${text}`.split('\n'));
  process.exitCode = 1;
}

function textOf(error: unknown): string {
  if (error instanceof PaliadinError) return error.detail ?? error.code;
  if (error instanceof ConfigError) return error.message;
  // A fault of ours: whoever mends it needs to know where.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
