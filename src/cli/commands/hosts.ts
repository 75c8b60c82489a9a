/** The hosts that a command can reach: the one of the settings, and those of the list. */
import { hostname } from 'node:os';
import { ConfigError } from '../../config/load.ts';
import { prepareState } from '../../config/state-paths.ts';
import type { ListedHost } from '../../contract/records/host.ts';
import { readHostList } from '../../store/open.ts';
import type { CommandContext } from '../context.ts';

export interface ReachableHost {
  name: string;
  /** Null: the one of the settings. */
  listed: ListedHost | null;
}

/** As a gateway with these settings has them. */
export function reachableHosts({ config }: CommandContext, list: readonly ListedHost[]): ReachableHost[] {
  const { PALIADIN_REMOTE_HOST: remote } = config.values;
  const own = remote ?? (list.length === 0 ? hostname() : null);
  const others = list.filter(({ name }) => name !== own).map((listed) => ({ name: listed.name, listed }));
  return own === null ? others : [{ name: own, listed: null }, ...others];
}

/** Without opening the store, which would create its tables or bring them up to date. */
export function readList({ config }: CommandContext): Promise<ListedHost[]> {
  const { database: file } = prepareState(config);
  return readHostList({ url: config.values.PALIADIN_DATABASE_URL, file });
}

/** @throws ConfigError where there is no host of this name, or several and none is named. */
export function chooseHost(hosts: readonly ReachableHost[], name: string | undefined): ReachableHost {
  const [only, ...others] = hosts;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  const found = hosts.find((host) => host.name === name);
  if (found !== undefined) return found;
  const known = hosts.map((host) => host.name).join(', ');
  throw new ConfigError(
    name === undefined ? `name one of: ${known}` : `there is no host ${name}; name one of: ${known}`,
  );
}
