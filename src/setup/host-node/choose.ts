/** Which Node a host will use: its own, or one that Paliadin brings for itself alone. */
import { type HostInspection, NEEDED_NODE } from '../over-ssh/inspect.ts';
import { type PinnedNode, pinnedNode } from '../pinned-node.ts';

export type NodeChoice =
  /** There already; `brought` by an earlier set-up. */
  { path: string; version: string; brought: boolean } | { bring: PinnedNode } | { missing: string; remedy: string };

/** The account's own wins, if it is new enough: its owner keeps that one up to date. */
export function chooseNode({ node, broughtNode, system, machine, musl, account }: HostInspection): NodeChoice {
  if (node !== null) return { ...node, brought: false };
  const platform = PLATFORMS[`${system} ${machine}`];
  const pinned = platform === undefined || musl ? null : pinnedNode(platform);
  // One of a newer gateway stays.
  if (broughtNode !== null && (pinned === null || !isOlder(broughtNode.version, pinned.version))) {
    return { ...broughtNode, brought: true };
  }
  if (pinned !== null) return { bring: pinned };
  const place = musl ? 'a system whose C library is musl' : `${system} on ${machine}`;
  const how = musl ? ', for example with `apk add nodejs`,' : '';
  return {
    missing: `npm has none to bring for ${place}`,
    remedy: `install Node ${NEEDED_NODE} or newer${how} for ${account}, and run this again`,
  };
}

/** As `uname -s` and `uname -m` call them. */
const PLATFORMS: Record<string, string> = {
  'Linux x86_64': 'linux-x64',
  'Linux aarch64': 'linux-arm64',
  'Linux arm64': 'linux-arm64',
  'Darwin x86_64': 'darwin-x64',
  'Darwin arm64': 'darwin-arm64',
};

function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((each) => each.split('.').map(Number));
  const at = other?.findIndex((number, index) => number !== one?.[index]) ?? -1;
  return at >= 0 && (one?.[at] ?? 0) < (other?.[at] ?? 0);
}
