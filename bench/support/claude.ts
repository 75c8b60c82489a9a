/** A real Claude Code to measure: its owner, the scripted model, and a gateway whose agent it is. */
import {
  agentEnvironment,
  installedVersions,
  makeHome,
  type OwnerOptions,
  refuseNetwork,
} from '../../test/agents/claude-owner.ts';
import { type Model, startModel } from '../../test/agents/model/server.ts';
import { startTestGateway, type TestGateway } from '../../test/support/gateway.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';

export interface RealClaude extends AsyncDisposable {
  program: string;
  version: string;
  model: Model;
  gateway: TestGateway;
  /** What its environment says beside the usual. */
  env: Record<string, string>;
  home: string;
  work: string;
}

/** The newest that is installed. */
export async function realClaude(owner: OwnerOptions = {}): Promise<RealClaude> {
  refuseNetwork();
  const newest = installedVersions().at(-1);
  if (newest === undefined) throw new Error('no Claude Code is installed');
  const model = await startModel();
  const { path, remove } = await temporaryDirectory();
  const { home, work } = makeHome(path, owner);
  const env = agentEnvironment(home, model);
  const agent = {
    PALIADIN_LOG_LEVEL: 'error',
    PALIADIN_AGENT: 'claude',
    PALIADIN_AGENT_COMMAND: newest.program,
    PALIADIN_AGENT_DIR: work,
  };
  const gateway = await startTestGateway({ env: { ...env, ...agent } });
  return {
    ...{ program: newest.program, version: newest.name, model, gateway, env, home, work },
    async [Symbol.asyncDispose]() {
      await gateway.dispose();
      await model[Symbol.asyncDispose]();
      await remove();
    },
  };
}
