/** Which agent answers, and how it is driven and started. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { Programs } from '../config/programs.ts';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import { claudeInputEscape } from '../host/agents/claude/input-escape.ts';
import { type OwnHomeOptions, prepareOwnHome } from '../host/agents/claude/own-home.ts';
import {
  type ClaudeCode,
  claudeBackground,
  claudeBusy,
  claudeCommand,
  hindranceOf,
  keepsOrAdopts,
  programFiles,
} from '../host/agents/claude-code.ts';
import { demoDriver } from '../host/agents/demo.ts';
import type { Driver } from '../host/agents/driver.ts';
import type { AgentPaths } from '../host/agents/paths.ts';
import { replyFileDriver } from '../host/agents/reply-file.ts';
import { findProgram } from '../process/find-program.ts';
import { wordsOfCommand } from './command-words.ts';

export interface Agent {
  name: 'claude' | 'demo' | 'acp';
  /** The requested driver; if Claude Code's hooks are forbidden, `reply-file` replaces `claude`. */
  driverName: Driver['name'];
  /** Path of the program. */
  program: string;
  /** For `acp`: the command as it was written, and program and arguments. */
  acp?: { command: string; argv: [string, ...string[]] };
}

/** The agent to use, or why there is none. `claude` if it is installed, otherwise the demo agent. */
export function chooseAgent({ values }: Config, env: NodeJS.ProcessEnv): Agent | { missing: string } {
  const command = values.PALIADIN_AGENT_COMMAND;
  if (values.PALIADIN_AGENT === 'acp') return chooseAcp(command, values.PALIADIN_DRIVER, env);
  const claude = findProgram(command ?? 'claude', env);
  const name = values.PALIADIN_AGENT ?? (claude === null ? 'demo' : 'claude');
  if (name === 'none') return { missing: 'PALIADIN_AGENT is none; set it to demo, claude or acp to take questions' };
  const driverName = values.PALIADIN_DRIVER ?? name;
  if (name === 'demo' && driverName === 'claude') {
    return { missing: 'PALIADIN_DRIVER=claude drives Claude Code only; unset it' };
  }
  if (name === 'demo' && driverName !== 'acp') return { name, driverName, program: process.execPath };
  if (driverName === 'acp') return { missing: 'PALIADIN_DRIVER=acp needs PALIADIN_AGENT=acp; unset it, or set both' };
  if (driverName === 'demo') return { missing: 'PALIADIN_DRIVER=demo drives the demo agent only; unset it' };
  if (claude !== null) return { name, driverName, program: claude };
  return {
    missing: `PALIADIN_AGENT is claude, but ${command ?? 'claude'} is not installed; install it, set PALIADIN_AGENT_COMMAND to its path, or set PALIADIN_AGENT=demo`,
  };
}

function chooseAcp(
  command: string | undefined,
  driver: Driver['name'] | undefined,
  env: NodeJS.ProcessEnv,
): Agent | { missing: string } {
  if (driver !== undefined && driver !== 'acp') {
    return { missing: `PALIADIN_DRIVER is ${driver}, and an agent that speaks ACP is driven by acp only; unset it` };
  }
  const [name, ...args] = wordsOfCommand(command ?? '');
  if (command === undefined || name === undefined) {
    return {
      missing: 'PALIADIN_AGENT is acp: set PALIADIN_AGENT_COMMAND to the agent’s command, such as opencode acp',
    };
  }
  const program = findProgram(name, env);
  if (program === null) {
    return {
      missing: `PALIADIN_AGENT is acp, but ${name} (of PALIADIN_AGENT_COMMAND) is not found; install it, or write its whole path`,
    };
  }
  return { name: 'acp', driverName: 'acp', program, acp: { command, argv: [program, ...args] } };
}

/**
 * Milliseconds without a sign of life after which a turn is given up. An agent that writes its answer to a file sends
 * nothing before the whole answer, so it gets the time that a long answer takes; an agent with hooks sends nothing
 * while it thinks or a command runs.
 */
export function silenceMs({ values }: Config, driver: Driver['name']): number {
  return values.PALIADIN_TURN_TIMEOUT ?? SILENCE_MS[driver];
}

const SILENCE_MS = { demo: 60_000, claude: 300_000, acp: 300_000, 'reply-file': 600_000 };

export interface DriverNeeds {
  config: Config;
  env: NodeJS.ProcessEnv;
  programs: Programs;
  policy: ApprovalPolicy;
}

/** The driver of the demo agent, or the one through files. `homes`: only for Claude Code. */
export function makeDriver(agent: Agent, needs: DriverNeeds, homes: OwnHomeOptions | null = null): Driver {
  const {
    config: { values },
    programs,
    policy,
  } = needs;
  const pace = ['--pace', String(values.PALIADIN_DEMO_PACE)];
  const demo: [string, ...string[]] = [agent.program, ...programs.demoAgent, ...pace];
  const files = [dirname(realpathSync(agent.program)), ...programs.demoFiles];
  if (agent.driverName === 'demo') return demoDriver({ command: demo, files });
  if (agent.name === 'demo') {
    // Like Claude Code in this case, which is told not to ask: this driver can't report a dialog.
    const mode = policy.approvals === 'deny' ? ['--dont-ask'] : [];
    return replyFileDriver({
      launch: (paths) => ({ argv: [...demo, ...demoReplies(paths), ...mode], read: files }),
      busy: /· working\b/,
    });
  }
  const claude = claudeCode(agent, needs);
  if (homes === null) throw new TypeError('Claude Code needs to be told of its home');
  return replyFileDriver({
    launch: (paths) => ({
      argv: claudeCommand(claude, paths, { replies: true }),
      ...prepareOwnHome(paths, homes),
      read: [...programFiles(claude.program), claude.plugin],
    }),
    keeps: (paths) => keepsOrAdopts(claude, paths),
    inputEscape: claudeInputEscape,
    hindrance: (home) => hindranceOf(claude, home),
    busy: claudeBusy,
    background: claudeBackground,
    listsToolsAtStart: true,
  });
}

/** Where Claude Code is installed, and where it keeps its data. */
export function claudeCode({ program }: Agent, { env, programs }: DriverNeeds): ClaudeCode {
  const directory = env.CLAUDE_CONFIG_DIR ?? join(env.HOME ?? homedir(), '.claude');
  return { program, plugin: programs.skill, directory };
}

function demoReplies({ directory, conversation, mcp }: AgentPaths): string[] {
  const conversations = ['--conversation-dir', directory, '--conversation', conversation];
  const tools = mcp === undefined ? [] : ['--mcp-config', mcp.file];
  return ['--reply-files', '--log-dir', directory, ...conversations, ...tools];
}
