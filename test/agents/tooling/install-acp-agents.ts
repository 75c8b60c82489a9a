/** Brings agents that speak ACP, of two makers and in one version each, into the cache outside the clone. */
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../../bootstrap/say.mjs';
import { cacheDirectory, installPackage } from './install-agents.ts';

const AGENTS = [
  {
    name: 'claude-agent-acp',
    package: '@agentclientprotocol/claude-agent-acp',
    // Its own dependencies name the Claude Code that it runs.
    version: '0.101.0',
    command: ['.bin/claude-agent-acp'],
  },
  {
    name: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    command: [`opencode-${process.platform}-${process.arch}/bin/opencode`, 'acp'],
  },
];

/** Program and arguments of each. @throws SetupError where npm can't bring one. */
export function installAcpAgents(): { name: string; command: string[] }[] {
  return AGENTS.map(({ name, package: wanted, version, command: [program = '', ...args] }) => {
    const directory = path.join(cacheDirectory(), `${name}-${version}`);
    const file = path.join(directory, 'node_modules', program);
    if (!fs.existsSync(file)) installPackage(wanted, version, directory);
    if (!fs.existsSync(file)) throw new SetupError(`${wanted} ${version} has no program for this platform`);
    return { name, command: [file, ...args] };
  });
}
