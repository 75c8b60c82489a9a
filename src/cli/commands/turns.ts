import { ConfigError } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { TurnLine } from '../../contract/records/turn.ts';
import { print, printJson } from '../../process/terminal.ts';
import { table } from '../table.ts';
import { withStore } from './with-store.ts';

/** Lists recent turns, newest first. The table says what happened; only `--json` shows what was said. */
export async function showTurns(
  settings: Settings,
  options: { json?: boolean; user?: string; search?: string; limit: string },
): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new ConfigError('--limit is a whole number from 1');
  await withStore(settings, async (store) => {
    const names = new Map((await store.users.list()).map(({ id, subject }) => [id, subject]));
    const user = options.user === undefined ? null : await store.users.bySubject(options.user);
    if (options.user !== undefined && user === null) {
      throw new PaliadinError('not_found', `there is no user ${options.user}`);
    }
    const query = { limit, userId: user?.id, search: options.search };
    const nameOf = ({ userId }: { userId: string }) => names.get(userId) ?? userId;
    if (options.json) {
      return printJson((await store.turns.listWhole(query)).map((turn) => ({ ...turn, user: nameOf(turn) })));
    }
    const lines = table(
      HEAD,
      (await store.turns.list(query)).map((turn) => [
        ...[new Date(turn.startedAt).toISOString(), nameOf(turn)],
        ...describe(turn),
      ]),
    );
    print(lines);
  });
}

const HEAD = ['started', 'user', 'status', 'code', 'ms', 'tokens', 'model', 'tools', 'rows', 'chips', 'tag', 'turn'];

/** By the agent's own record where there is one, else as the answer claims. */
function toolsOf({ tools, usedTools }: TurnLine): string {
  if (tools === null) return usedTools.join(',');
  return tools.map(({ name, count }) => (count === 1 ? name : `${name}×${count}`)).join(',');
}

function describe(turn: TurnLine): string[] {
  return [
    turn.late ? `${turn.status}, answered late` : turn.status,
    turn.errorCode ?? '',
    String(turn.durationMs ?? ''),
    `${turn.responseTokens === null || turn.tokensExact ? '' : '~'}${turn.responseTokens ?? ''}`,
    turn.model ?? '',
    toolsOf(turn),
    String(turn.rowsSeen ?? ''),
    String(turn.chipCount),
    turn.classifierTag ?? '',
    turn.turnId,
  ];
}
