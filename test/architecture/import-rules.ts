import { isBuiltin } from 'node:module';
import path from 'node:path';
import { COMPUTED, ENVIRONMENT, readUses } from './read-uses.ts';

/**
 * What each folder of src/ may import beside itself. The way a turn takes goes from the gateway down to the contract.
 * Whoever wires it all together stands above; whoever stands beside the way knows the contract and little else.
 */
export const MAY_IMPORT: Record<string, readonly string[]> = {
  // Programs, and what they are started with.
  gateway: [
    'app-tools',
    'http',
    'services',
    'turn',
    'backend',
    'daemon',
    'tracing',
    'config',
    'process',
    'store',
    'contract',
  ],
  cli: [
    'gateway',
    'setup',
    'daemon',
    'config',
    'process',
    'services',
    'turn',
    'transport',
    'store',
    'acp',
    'client',
    'contract',
  ],
  acp: ['client', 'transport', 'contract'],
  shim: ['setup', 'daemon', 'demo', 'config', 'process', 'host', 'transport', 'contract'],
  setup: ['daemon', 'config', 'process', 'host', 'transport', 'contract'],
  daemon: ['tracing', 'config', 'process', 'host', 'transport', 'contract'],
  config: ['process', 'transport', 'contract'],
  tracing: ['process', 'contract'],
  // The way of a turn.
  'app-tools': ['turn', 'store', 'contract'],
  http: ['services', 'turn', 'backend', 'transport', 'contract'],
  services: ['turn', 'backend', 'transport', 'store', 'contract'],
  turn: ['backend', 'transport', 'store', 'process', 'contract'],
  backend: ['transport', 'process', 'contract'],
  transport: ['process', 'contract'],
  host: ['transport', 'process', 'contract'],
  store: ['process', 'contract'],
  demo: ['process', 'contract'],
  web: ['client', 'contract'],
  // What programs of others use too: it lands in their pages.
  client: ['contract'],
  // What an application's server uses: nothing of ours, so that it is one small file.
  'user-token': [],
  // What a process needs, whatever it does; and what everybody speaks.
  process: ['contract'],
  contract: [],
};

/** Folders whose packages are counted, since every one of them also lands in the browser. */
const MAY_USE_PACKAGES: Record<string, readonly string[]> = {
  contract: ['zod', 'marked'],
  client: [],
  'user-token': ['node:crypto'],
};

/**
 * What has an owner: a module, or the environment. Nobody but these files and folders takes it, and in a folder only one
 * file where `oneFile` says so. To let another in, add it here with its reason.
 */
export const OWNED: readonly { what: readonly string[]; by: Record<string, string>; oneFile?: true }[] = [
  {
    what: ['@agentclientprotocol/sdk'],
    by: { 'src/transport': 'speaks ACP for everyone, so that a new version of the protocol is met in one place' },
    oneFile: true,
  },
  {
    what: ['node:sqlite'],
    by: {
      'src/store': 'the store; everyone else asks it',
      'src/process/lock.ts': 'a lock on an empty file, no data: the system lets go of it however the process ends',
    },
    oneFile: true,
  },
  {
    what: ['pg'],
    by: { 'src/store/postgres': 'the store on a server; loaded only where there is one' },
    oneFile: true,
  },
  {
    what: ['node:child_process', 'execa'],
    by: {
      'src/transport': 'runs ssh, and the daemon where there is none',
      'src/host/tmux': 'runs tmux',
      'src/cli': 'runs what a person asks for',
      'src/setup': 'runs what shows how a machine is set up',
      'src/process': 'runs programs for those who want to know their output',
      'src/config/remote': 'asks ssh-keygen whether a key is one',
    },
  },
  {
    what: ['prom-client'],
    by: { 'src/gateway/observe': 'counts for everyone; the others say what there is to count' },
    oneFile: true,
  },
  {
    what: ['@opentelemetry/api', '@opentelemetry/sdk-trace', '@opentelemetry/exporter-trace-otlp-http'],
    by: { 'src/tracing': 'sends traces for everyone, and is loaded only where somebody collects them' },
    oneFile: true,
  },
  {
    what: ['jose'],
    by: {
      'src/http/sign-in': 'looks at tokens of an application, by its secret or by its published keys',
      'src/app-tools': 'signs the tokens that go to an application, and publishes the keys',
    },
  },
  {
    what: ['@modelcontextprotocol/client'],
    by: {
      'src/app-tools': 'asks an application; loaded only where there is one',
      'src/demo/tools': 'is an agent, which is given tools',
    },
    oneFile: true,
  },
  {
    what: ['@modelcontextprotocol/server', '@modelcontextprotocol/node'],
    by: { 'src/host/app-tools': 'serves agents; loaded only where an application has tools' },
    oneFile: true,
  },
  {
    what: ['standardwebhooks'],
    by: { 'src/services/webhooks': 'signs what the application is told' },
    oneFile: true,
  },
  {
    what: [ENVIRONMENT],
    by: {
      'src/cli/cli.ts': 'reads it once at the start and hands it to the command',
      'src/daemon': 'is started with its own, which it reads once',
      'src/shim': 'is started by sshd, and reads it once',
      'src/demo/main.ts': 'is a program of its own, which an agent in a pane is',
    },
  },
];

/** A source file by its path from the root of the repository. */
export interface Source {
  file: string;
  text: string;
}

/** Everything in the sources that breaks a rule, one line each that says which and where. */
export function findViolations(sources: readonly Source[]): string[] {
  const uses = sources.map(({ file, text }) => ({ file, uses: readUses(file, text) }));
  return [
    ...uses.flatMap(({ file, uses }) => uses.flatMap((specifier) => checkImport(file, specifier))),
    ...OWNED.flatMap((owned) => checkOwned(owned, uses)),
  ];
}

function checkImport(file: string, specifier: string): string[] {
  const folder = folderOf(file);
  if (!folder) return [`${file} is in no folder that the rules know`];
  if (specifier === ENVIRONMENT) return [];
  if (specifier === COMPUTED) return [`${file} imports what only running it would tell`];
  if (file === 'src/config/version.ts' && specifier === '../../package.json') return []; // what version it is, said once
  if (path.posix.isAbsolute(specifier)) return [`${file} imports ${specifier}: an absolute path`];
  if (!specifier.startsWith('.')) {
    const packages = MAY_USE_PACKAGES[folder];
    const allowed = !packages || packages.includes(packageOf(specifier));
    return allowed ? [] : [`${file} imports ${specifier}: ${folder} uses ${packages.join(', ')} and nothing else`];
  }

  const target = path.posix.join(path.posix.dirname(file), specifier);
  const to = folderOf(target);
  if (!to) return [`${file} imports ${specifier}: outside of src/`];
  if (to === folder || MAY_IMPORT[folder]?.includes(to)) return [];
  return [`${file} imports ${specifier}: ${folder} must not know ${to}`];
}

function checkOwned({ what, by, oneFile }: (typeof OWNED)[number], all: readonly { file: string; uses: string[] }[]) {
  const names = what.flatMap((name) => [name, name.replace(/^node:/, '')]);
  const users = all.filter(({ uses }) => uses.some((use) => names.includes(packageOf(use)))).map(({ file }) => file);
  const owners = Object.keys(by);
  const strangers = users.filter((file) => !owners.some((owner) => isIn(file, owner)));
  const crowded = oneFile ? owners.map((owner) => users.filter((file) => isIn(file, owner))) : [];
  return [
    ...strangers.map((file) => `${file} takes ${what.join(' or ')}: that is for ${owners.join(', ')}`),
    ...crowded
      .filter((files) => files.length > 1)
      .map((files) => `${files.join(' and ')} each take ${what.join(' or ')}: one file is enough`),
  ];
}

/** The folder of src/ that a path lies in, if the rules know it. */
function folderOf(file: string): string | undefined {
  const [first, folder] = file.split('/');
  return first === 'src' && folder !== undefined && folder in MAY_IMPORT ? folder : undefined;
}

/** The package of a specifier: `@scope/name` of `@scope/name/part`. A built-in module is its own. */
function packageOf(specifier: string): string {
  if (isBuiltin(specifier)) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isIn(file: string, owner: string): boolean {
  return file === owner || file.startsWith(`${owner}/`);
}
