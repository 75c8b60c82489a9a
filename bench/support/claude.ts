/** A real Claude Code to measure: the newest installed version. */
import { type ClaudeGateway, claudeGateway } from '../../test/agents/claude-gateway.ts';
import { installedVersions, type OwnerOptions } from '../../test/agents/claude-owner.ts';

export interface RealClaude extends ClaudeGateway {
  program: string;
  version: string;
}

export async function realClaude({
  env,
  ...owner
}: OwnerOptions & { env?: Record<string, string> } = {}): Promise<RealClaude> {
  const newest = installedVersions().at(-1);
  if (newest === undefined) throw new Error('no Claude Code is installed: run this with `npm run bench`');
  const { name: version, program } = newest;
  const claude = await claudeGateway(program, { ...owner, env: { PALIADIN_LOG_LEVEL: 'error', ...env } });
  return { ...claude, program, version };
}
