/** Brings the peers into a cache outside the clone, each in a directory of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findNpm } from '../../bootstrap/find-npm.mjs';
import { SetupError, say } from '../../bootstrap/say.mjs';
import { peersDirectory } from '../../test/agents/tooling/install-agents.ts';

/** Versions are exact, so that two runs measure the same. */
const PEERS: Record<string, { packages: string[]; rebuild?: string[] }> = {
  'agent-sdk': {
    packages: ['@anthropic-ai/claude-agent-sdk@0.3.332', '@anthropic-ai/sdk', '@modelcontextprotocol/sdk', 'zod'],
  },
  acp: { packages: ['@agentclientprotocol/claude-agent-acp@0.101.0'] },
  hapi: { packages: ['@twsxtd/hapi@0.30.7'] },
  // Its database and terminal are native code, which is compiled here.
  cloudcli: { packages: ['@cloudcli-ai/cloudcli@1.37.3'], rebuild: ['better-sqlite3', 'node-pty', 'bcrypt'] },
};

for (const [name, { packages, rebuild }] of Object.entries(PEERS)) {
  const directory = join(peersDirectory(), name);
  const done = join(directory, 'installed');
  if (existsSync(done)) continue;
  say(`installing ${packages[0]} into ${directory}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true}\n');
  npm(directory, ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
  if (rebuild !== undefined) npm(directory, ['rebuild', ...rebuild]);
  writeFileSync(done, '');
}

function npm(cwd: string, args: string[]): void {
  const result = spawnSync(process.execPath, ['--no-deprecation', findNpm(process.env), ...args, '--loglevel=error'], {
    cwd,
    // The headers of the Node that runs: nothing is fetched for them.
    env: { ...process.env, npm_config_nodedir: resolve(dirname(process.execPath), '..') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (result.status !== 0) throw new SetupError(`npm ${args[0]} failed; its own words are above`);
}
