import type { TurnLine } from '../../contract/records/turn.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import { take } from '../../services/pages.ts';
import type { Person } from '../../services/people.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { limitOf } from './limit.ts';
import { withServices } from './with-services.ts';

/** Lists recent turns, newest first. The table shows what happened; only `--json` shows questions and answers. */
export async function showTurns(
  context: CommandContext,
  options: { json?: boolean; user?: string; search?: string; limit: string },
): Promise<void> {
  const limit = limitOf(options.limit);
  await withServices(context, async ({ users, turnLog }) => {
    const user = options.user === undefined ? null : await users.bySubject(options.user);
    const filter = { userId: user?.id, search: options.search };
    if (options.json) {
      const turns = await take(await turnLog.export(COMMAND_LINE, filter, 'json'), limit);
      return context.terminal.printJson(turns.map((turn) => ({ ...turn, user: nameOf(turn.user) })));
    }
    const { turns } = await turnLog.list(COMMAND_LINE, { ...filter, limit });
    context.terminal.print(table(HEAD, turns.map(describe)));
  });
}

const HEAD = ['started', 'user', 'status', 'code', 'ms', 'tokens', 'model', 'tools', 'rows', 'chips', 'tag', 'turn'];

/** From the agent's own record if there is one, otherwise as the answer states. */
function toolsOf({ tools, usedTools }: TurnLine): string {
  if (tools === null) return usedTools.join(',');
  return tools.map(({ name, count }) => (count === 1 ? name : `${name}×${count}`)).join(',');
}

function nameOf({ id, subject }: Person): string {
  return subject || id;
}

function describe(turn: TurnLine & { user: Person }): string[] {
  return [
    new Date(turn.startedAt).toISOString(),
    nameOf(turn.user),
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
