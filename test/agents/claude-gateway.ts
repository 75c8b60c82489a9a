/** A gateway on this machine with a real Claude Code, which can reach only the scripted model. */
import type { IsolationLevel } from '../../src/contract/isolation.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import {
  agentEnvironment,
  levelOfTests,
  makeHome,
  type OwnerOptions,
  refuseNetwork,
  type SignedIn,
} from './claude-owner.ts';
import { type Model, startModel } from './model/server.ts';

export interface ClaudeGateway extends AsyncDisposable {
  gateway: TestGateway;
  model: Model;
  /** Where the agent works. */
  work: string;
  home: string;
}

export interface ClaudeGatewayOptions extends OwnerOptions {
  signedIn?: SignedIn;
  /** Settings of the gateway. */
  env?: Record<string, string>;
}

/** `program` is the agent's path. It is never started where it could reach anybody. */
export async function claudeGateway(program: string, options: ClaudeGatewayOptions = {}): Promise<ClaudeGateway> {
  refuseNetwork();
  const model = await startModel();
  const { path, remove } = await temporaryDirectory();
  const { home, work } = makeHome(path, options);
  const agent = { ...agentSettings(program, work), PALIADIN_ISOLATION: levelOfGateways() };
  const gateway = await startTestGateway({
    env: { ...agentEnvironment(home, model, options.signedIn), ...agent, ...options.env },
  });
  return {
    gateway,
    model,
    work,
    home,
    async [Symbol.asyncDispose]() {
      await gateway.dispose();
      await model[Symbol.asyncDispose]();
      await remove();
    },
  };
}

export function agentSettings(program: string, work: string) {
  return { PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: program, PALIADIN_AGENT_DIR: work };
}

/** Several users may ask there, so that they are kept apart at least by rules. */
export function levelOfGateways(): IsolationLevel {
  const level = levelOfTests();
  return level === 'none' ? 'directory' : level;
}
