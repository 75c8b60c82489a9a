/** The commands, their options and their help. Each command is a file of `commands/` that is loaded when it runs: most need little of the code. */
import { Command } from 'commander';
import { VERSION } from '../config/version.ts';
import type { Terminal } from '../process/terminal.ts';
import type { CommandContext, CommandIo } from './context.ts';

/** `context` reads the settings, and throws what is wrong with them. */
export function createProgram(io: CommandIo, terminal: Terminal, context: () => CommandContext): Command {
  const program = new Command('paliadin')
    .description('Answers a web application’s users through the CLI agent on your own machine.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, '').split('\n')),
      writeErr: (text) => terminal.note(text.replace(/\n$/, '').split('\n')),
    });

  program
    .command('start', { isDefault: true })
    .description('run the gateway and print a sign-in link for the owner')
    .option('--port <number>', 'listen here instead of PALIADIN_PORT')
    .action(async (options: { port?: string }) => {
      if (options.port !== undefined) io.env.PALIADIN_PORT = options.port;
      return (await import('./commands/start.ts')).start(context());
    });
  program
    .command('config')
    .description('show the settings in force and where each comes from')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/config.ts')).showConfig(context(), options));
  program
    .command('link')
    .description('make a one-time sign-in link')
    .option('--user <name>', 'for this user instead of the owner')
    .action(async (options) => (await import('./commands/link.ts')).createLink(context(), options));
  program
    .command('attach')
    .description('look at a user’s terminal; leave it with Ctrl-b d')
    .argument('[user]', 'a user’s name or id, or a session’s name; the owner’s where none is given')
    .option('--read-only', 'look without typing')
    .action(async (user, options) => (await import('./commands/attach.ts')).attach(context(), user, options));
  const sessions = program
    .command('sessions')
    .description('list the conversations of all hosts and what runs in them, those used last first')
    .option('--json', 'as JSON')
    .option('--user <name>', 'of this user only')
    .option('--limit <number>', 'how many at most', '200')
    .option('--before <place>', 'the next page, as the page before named it')
    .action(async (options) => (await import('./commands/sessions.ts')).showSessions(context(), options));
  sessions
    .command('move')
    .description('begin a user’s conversation anew on another host, with the last questions and answers')
    .argument('<user>', 'a user’s name or id, or a session’s name')
    .argument('<host>', 'as `host list` shows it')
    .action(async (user, host) => (await import('./commands/sessions.ts')).moveSession(context(), user, host));
  const conversations = program.command('conversations').description('the conversations of a user');
  conversations
    .command('list')
    .description('list a user’s conversations, last used first, with their titles')
    .argument('<user>', 'a user’s name')
    .option('--json', 'as JSON')
    .action(async (user, options) =>
      (await import('./commands/conversations.ts')).listConversations(context(), user, options),
    );
  conversations
    .command('rename')
    .description('give a conversation another title')
    .argument('<user>', 'a user’s name')
    .argument('<conversation>', 'as `conversations list` shows it')
    .argument('<title>')
    .action(async (user, name, title) =>
      (await import('./commands/conversations.ts')).renameConversation(context(), user, name, title),
    );
  conversations
    .command('archive')
    .description('take a conversation out of the list that its user sees first')
    .argument('<user>', 'a user’s name')
    .argument('<conversation>', 'as `conversations list` shows it')
    .option('--undo', 'take it out of the archive instead')
    .action(async (user, name, options) =>
      (await import('./commands/conversations.ts')).archiveConversation(context(), user, name, options),
    );
  conversations
    .command('delete')
    .description('delete a conversation and all that was said in it, here and on its host')
    .argument('<user>', 'a user’s name')
    .argument('<conversation>', 'as `conversations list` shows it')
    .option('--yes', 'do it')
    .action(async (user, name, options) =>
      (await import('./commands/conversations.ts')).deleteConversation(context(), user, name, options),
    );
  program
    .command('turns')
    .description('list recent turns')
    .option('--json', 'as JSON, questions and answers included')
    .option('--user <name>', 'of this user only')
    .option('--search <words>', 'in whose question or answer each of these words begins a word')
    .option('--limit <number>', 'how many at most', '20')
    .action(async (options) => (await import('./commands/turns.ts')).showTurns(context(), options));
  program
    .command('webhooks')
    .description('list what the application’s webhook was told')
    .option('--json', 'as JSON')
    .option('--limit <number>', 'how many at most', '20')
    .action(async (options) => (await import('./commands/webhooks.ts')).showWebhooks(context(), options));
  const token = program.command('token').description('tokens for programs');
  token
    .command('create')
    .description('make a token; it is printed once, alone on standard output')
    .requiredOption('--user <name>', 'whose token; a user who is not there yet is created')
    .requiredOption('--name <name>', 'what it is for')
    .option('--scopes <words>', 'what for: some of ask, read, admin, metrics', 'ask,read')
    .option('--expires <days>', 'such as 90d; never where it is not said')
    .action(async (options) => (await import('./commands/token.ts')).createToken(context(), options));
  token
    .command('list')
    .description('list the tokens, oldest first; they themselves are not kept')
    .option('--user <name>', 'of this user only')
    .option('--limit <number>', 'how many at most', '200')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/token.ts')).listTokens(context(), options));
  token
    .command('revoke')
    .description('end a token')
    .argument('<id>', 'as `token list` shows it')
    .action(async (id) => (await import('./commands/token.ts')).revokeToken(context(), id));
  const user = program.command('user').description('who may do what');
  user
    .command('list')
    .description('list the users, in the order in which they came')
    .option('--json', 'as JSON')
    .option('--search <text>', 'whose name or e-mail address has each of these words')
    .option('--limit <number>', 'how many at most', '200')
    .option('--after <user>', 'the next page: those who came after this one')
    .action(async (options) => (await import('./commands/user.ts')).listUsers(context(), options));
  user
    .command('role')
    .description('make a user an admin, who sees everybody’s turns, or a member')
    .argument('<user>')
    .argument('<role>', 'admin or member')
    .action(async (subject, role) => (await import('./commands/user.ts')).setUserRole(context(), subject, role));
  user
    .command('disable')
    .description('let a user in no more; open streams end within seconds')
    .argument('<user>')
    .action(async (subject) => (await import('./commands/user.ts')).disableUser(context(), subject));
  user
    .command('enable')
    .description('let a user in again')
    .argument('<user>')
    .action(async (subject) => (await import('./commands/user.ts')).enableUser(context(), subject));
  user
    .command('quota')
    .description('set how many questions a day a user may ask')
    .argument('<user>')
    .argument('<quota>', 'a number, or none')
    .action(async (subject, quota) => (await import('./commands/user.ts')).setUserQuota(context(), subject, quota));
  user
    .command('export')
    .description('print all that is kept of a user, as JSON')
    .argument('<user>')
    .action(async (subject) => (await import('./commands/user-data.ts')).exportUserData(context(), subject));
  user
    .command('delete')
    .description('delete a user and all that they said; the audit log stays whole')
    .argument('<user>')
    .option('--yes', 'do it')
    .action(async (subject, options) =>
      (await import('./commands/user-data.ts')).deleteUser(context(), subject, options),
    );
  const audit = program.command('audit').description('who did what: a log that is only added to');
  audit
    .command('verify')
    .description('see whether the audit log is whole; exit status 1 where it is not')
    .option('--head <head>', 'what `audit head` printed once: the log has to contain it')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/audit.ts')).verifyAudit(context(), options));
  audit
    .command('head')
    .description('print where the audit log ends, to keep it elsewhere')
    .action(async () => (await import('./commands/audit.ts')).showAuditHead(context()));
  const db = program.command('db').description('the database');
  db.command('status')
    .description(
      'show where the data is, how much there is, and whether its tables are up to date; exit status 1 if not',
    )
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/db.ts')).showDatabase(context(), options));
  db.command('migrate')
    .description('bring the tables up to date before a new version starts')
    .option('--role <name>', 'let this role of PostgreSQL use them, and only add to the audit log: the gateways’ own')
    .action(async (options) => (await import('./commands/db.ts')).migrateDatabase(context(), options));
  db.command('copy')
    .description('copy the file of the state directory into the empty database of PALIADIN_DATABASE_URL')
    .action(async () => (await import('./commands/db.ts')).copyDatabase(context()));
  program
    .command('sign-out')
    .description('sign a user out of all browsers')
    .argument('<user>')
    .option('--tokens', 'end their API tokens too')
    .action(async (subject, options) => (await import('./commands/user.ts')).signOutUser(context(), subject, options));
  program
    .command('doctor')
    .description('look at gateway and host, and say what to do where something is wrong')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/doctor.ts')).doctor(context(), options));
  const host = program.command('host').description('the machines whose agents answer, where they are others');
  const collect = (value: string, before: string[] = []) => [...before, value];
  const ownAccess = (command: Command) =>
    command
      .option('--identity <file>', 'your own key for the host, where your ssh does not find it by itself')
      .option('--ssh-config <file>', 'your own ssh configuration, instead of the usual one')
      .option('--ssh-option <option>', 'an option for your own ssh, such as ProxyJump=gate; may be repeated', collect)
      .option('--settings <file>', 'the file of the gateway’s settings', '.env');
  ownAccess(host.command('add'))
    .description('set up a host through your own ssh access, and put it on the list: key, shim and skill')
    .argument('<target>', 'USER@HOST or USER@HOST:PORT')
    .option('--name <name>', 'what it is called here; its address otherwise')
    .option('--agent <name>', 'which agent answers: claude, demo or acp; claude where it is installed')
    .option('--agent-command <command>', 'with --agent acp: what starts the agent, such as "opencode acp"')
    .option(
      '--approvals <who>',
      'what a gateway may allow there: deny (nothing) or gateway; asked at a terminal, else deny',
    )
    .option('--service', 'install the daemon as a service of the account')
    .option('--print', 'print the settings, key included, instead of writing them to a file')
    .action(async (target, options) =>
      (await import('./commands/host/add.ts')).addHostCommand(context(), target, options),
    );
  ownAccess(host.command('remove'))
    .description('drain a host, take it off the list, and undo what add did there; conversations are kept there')
    .argument('[host]', 'its name, USER@HOST or USER@HOST:PORT; the only one where none is given')
    .option('--wait <seconds>', 'how long open turns have to end before they are stopped', '60')
    .option('--purge', 'remove conversations and what you have written too')
    .action(async (target, options) =>
      (await import('./commands/host/remove.ts')).removeHostCommand(context(), target, options),
    );
  host
    .command('list')
    .description('list the hosts, and how many conversations live there')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/host/list.ts')).listHosts(context(), options));
  host
    .command('drain')
    .description('give a host no new conversations; those that live there stay')
    .argument('<name>', 'as `host list` shows it')
    .action(async (name) => (await import('./commands/host/list.ts')).drainHost(context(), name));
  host
    .command('resume')
    .description('let a host take new conversations again')
    .argument('<name>', 'as `host list` shows it')
    .action(async (name) => (await import('./commands/host/list.ts')).resumeHost(context(), name));
  host
    .command('prefer')
    .description('set where questions may go on while their host is away, in this order; none: nowhere')
    .argument('[names...]', 'as `host list` shows them')
    .action(async (names) => (await import('./commands/host/list.ts')).preferHosts(context(), names));
  program
    .command('acp')
    .description('speak the Agent Client Protocol on standard input and output, for editors and other ACP clients')
    .option('--url <url>', 'the gateway, instead of PALIADIN_URL; http://127.0.0.1:7717 where neither is there')
    .option('--token-file <file>', 'a file with an API token, instead of PALIADIN_TOKEN')
    .action(async (options) => (await import('./commands/acp.ts')).serveAcp(io, terminal, options));
  program
    .command('stop-host')
    .description('end a host’s daemon and the agents’ terminals; conversations are kept')
    .argument('[host]', 'as `host list` shows it; the only one where none is given')
    .action(async (name) => (await import('./commands/stop-host.ts')).stopHost(context(), name));
  return program;
}
