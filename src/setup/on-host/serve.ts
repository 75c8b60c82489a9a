/** The shim's part in setting up a host: reads the request, and reports each step as it is done. */
import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Programs } from '../../config/programs.ts';
import type { Check } from '../../contract/check.ts';
import { END_SAYS, installRequest, STEP_SAYS, uninstallRequest } from '../request.ts';
import { type Account, install } from './install.ts';
import { uninstall } from './uninstall.ts';

export type SetUpVerb = 'install' | 'uninstall';

export async function serveSetUp(verb: SetUpVerb, env: NodeJS.ProcessEnv, self: string, programs: Programs) {
  process.umask(0o077);
  const asked: unknown = JSON.parse(await text(process.stdin));
  const account: Account = { home: homedir(), env, uid: process.getuid?.() ?? 0, platform: process.platform };
  const steps: AsyncGenerator<Check> =
    verb === 'install'
      ? install(installRequest.parse(asked), account, self)
      : uninstall(uninstallRequest.parse(asked), account, programs);
  for await (const step of steps) process.stdout.write(`${STEP_SAYS}${JSON.stringify(step)}\n`);
  process.stdout.write(`${END_SAYS}\n`);
}
