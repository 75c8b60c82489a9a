import { spawnSync } from 'node:child_process';
import { SetupError } from '../../../bootstrap/say.mjs';

/**
 * Flags with which `unshare` makes a network namespace here. Root makes one as it is; anybody else becomes root in one of
 * their own, where that is allowed.
 *
 * @throws SetupError where none can be made.
 */
export function namespaceFlags(): string[] {
  // Where processes have a namespace too, none of them outlives the script, however that ends.
  const together = ['--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  const user = ['--user', '--map-root-user'];
  const ways = [['--net', ...together], ['--net'], [...user, '--net', ...together], [...user, '--net']];
  const way = ways.find((flags) => spawnSync('unshare', [...flags, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
  if (way === undefined) {
    throw new SetupError(
      'Real agents are only tried where they reach nobody, and no network namespace can be made here. It needs Linux, `unshare` and `ip`, and root or user namespaces.',
    );
  }
  return way;
}
