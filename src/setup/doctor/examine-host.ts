/** The host's report about itself. Runs inside the shim, and on the gateway's machine if that is the host. */
import { dirname, join } from 'node:path';
import type { Programs } from '../../config/programs.ts';
import type { ShimSettings } from '../../config/shim-settings.ts';
import { VERSION } from '../../config/version.ts';
import type { Check, HostReport } from '../../contract/check.ts';
import { PROTOCOL_VERSION } from '../../contract/host.ts';
import { checksOf } from './checks.ts';
import { examineAgent } from './host/agent.ts';
import { examinePolicy } from './host/approvals.ts';
import { examineDirectories } from './host/directories.ts';
import { examineIsolation } from './host/isolation.ts';
import { examineJournal } from './host/journal.ts';
import { examineKeyLines } from './host/key-lines.ts';
import { examineRelay } from './host/relay.ts';
import { examineSkill } from './host/skill.ts';
import { examineTmux } from './host/tmux.ts';

export interface HostUnderExamination extends ShimSettings {
  programs: Programs;
  /** The file that keys of gateways run; null where the gateway's own machine is the host. */
  shim: string | null;
}

export async function examineHost(settings: HostUnderExamination): Promise<HostReport> {
  const { env, programs, shim } = settings;
  const [tmux, agent, directories, journal, isolation, relay] = await Promise.all([
    examineTmux(env),
    examineAgent(settings, process.platform),
    examineDirectories(settings),
    examineJournal(settings),
    examineIsolation(settings),
    examineRelay(settings),
  ]);
  const checks: Check[] = [
    // An older version could not have run this code.
    passed('node', `${process.versions.node} (${process.execPath})${isBrought(programs) ? BROUGHT : ''}`),
    tmux,
    ...agent,
    examinePolicy(settings.policy),
    ...directories,
    ...journal,
    ...isolation,
    ...relay,
    examineSkill(programs.skill),
    ...(shim === null ? [] : examineKeyLines(env, shim)),
  ];
  return {
    version: VERSION,
    protocol: PROTOCOL_VERSION,
    now: Date.now(),
    checks,
    approvals: settings.policy.approvals,
  };
}

/** Whether the Node that runs this lies where `host add` puts one: like the skill, beside the shim. */
function isBrought({ skill }: Programs): boolean {
  return process.execPath.startsWith(`${join(dirname(skill), 'node')}/`);
}

/** Whether a daemon could start: trying to start one that can't only takes time. */
export function canStart(checks: readonly Check[]): boolean {
  return checks.every(({ step, ok }) => ok || !NEEDED.includes(step));
}

const BROUGHT = ', brought by `paliadin host add`';
const NEEDED = ['tmux', 'agent', 'directory', 'state', 'isolation'];
const { passed } = checksOf('host');
