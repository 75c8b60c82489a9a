/** Installs a host: runs on it, as the account whose agent will answer. Repeating it changes nothing twice. */
import { chmodSync, renameSync } from 'node:fs';
import { APPROVALS_SAY } from '../../config/approval-policy.ts';
import { VERSION } from '../../config/version.ts';
import type { Check } from '../../contract/check.ts';
import { checksOf } from '../doctor/checks.ts';
import type { InstallRequest } from '../request.ts';
import { addKeyLine, commentOf } from './authorized-keys.ts';
import { writeHostEnv } from './host-env.ts';
import { hostPaths } from './paths.ts';
import { installService } from './service.ts';
import { installSkill, type SkillOutcome } from './skill-files.ts';

export interface Account {
  home: string;
  env: NodeJS.ProcessEnv;
  uid: number;
  platform: NodeJS.Platform;
}

/** @param uploaded this shim itself, if it was uploaded first: it moves to its final path */
export async function* install(request: InstallRequest, account: Account, uploaded: string): AsyncGenerator<Check> {
  const paths = hostPaths(account.home);
  yield attempt('skill files', () => {
    const outcome = installSkill(paths, request.skill);
    return passed('skill files', SKILL_SAYS[outcome](paths.skill), SKILL_ADVICE[outcome]);
  });
  yield attempt('host.env', () => {
    const approvals = writeHostEnv(paths.hostEnv, request);
    return passed('host.env', `${paths.hostEnv}; PALIADIN_APPROVALS=${approvals}: ${APPROVALS_SAY[approvals]}`);
  });
  const shim = attempt('shim file', () => {
    chmodSync(uploaded, 0o700);
    renameSync(uploaded, paths.shim);
    return passed('shim file', `version ${VERSION} is ${paths.shim}`);
  });
  yield shim;
  if (!shim.ok) return;
  yield attempt('key line', () => {
    const { gateway, publicKey, node } = request;
    const done = addKeyLine(paths.authorizedKeys, { gateway, publicKey, node, shim: paths.shim });
    return passed('key line', `${KEY_SAYS[done]}, with restrict and ${commentOf(gateway)}: ${paths.authorizedKeys}`);
  });
  if (request.service) yield await installService({ paths, ...account }, request.node);
}

const SKILL_SAYS: Record<SkillOutcome, (directory: string) => string> = {
  installed: (directory) => directory,
  'persona kept': (directory) => `${directory}; your section "Who you are" is kept`,
  'kept whole': (directory) => `${directory}; your SKILL.md is kept as it is`,
};

const SKILL_ADVICE: Record<SkillOutcome, string | undefined> = {
  installed: undefined,
  'persona kept': undefined,
  'kept whole': 'you have changed more of it than "Who you are"; take over what is new in SKILL.md.new beside it',
};

const KEY_SAYS = { added: 'added', replaced: 'replaced the older one', there: 'already there' };

function attempt(step: string, work: () => Check): Check {
  try {
    return work();
  } catch (error) {
    return failedBy(step, error);
  }
}

const { passed, failedBy } = checksOf('host');
