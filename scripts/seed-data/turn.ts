/** One past turn: when it was asked, how it ended, how long each part took. */

import type { ErrorCode } from '../../src/contract/errors.ts';
import type { Turn } from '../../src/contract/records/turn.ts';
import type { User } from '../../src/contract/records/user.ts';
import { approximateTokens } from '../../src/contract/tokens.ts';
import type { Decided } from '../../src/contract/turn.ts';
import type { Dice } from './dice.ts';
import { fill, KINDS, ODD } from './words.ts';

export interface Past {
  turn: Omit<Turn, 'agentSession' | 'host' | 'generation'>;
  decisions: (Decided & { at: number })[];
}

/** Codes with which a turn may end, and how frequent each is among failed turns. */
const CODES: readonly (readonly [ErrorCode, number])[] = [
  ['timeout', 22],
  ['agent_limit', 14],
  ['mriver_unreachable', 12],
  ['agent_error', 10],
  ['agent_not_ready', 9],
  ['agent_stopped', 8],
  ['outcome_unknown', 6],
  ['shim_error', 4],
  ['store_unavailable', 2],
  ['host_key_changed', 2],
  ['shim_auth_failed', 2],
  ['shim_outdated', 2],
  ['conflict', 1],
  ['idempotency_mismatch', 1],
  ['message_too_large', 1],
  ['internal', 1],
];

export function pastTurn(user: User, startedAt: number, dice: Dice): Past {
  const kind = dice.weighted(KINDS);
  const odd = dice.chance(0.002);
  const message = odd ? dice.of(ODD) : fill(dice.of(kind.questions), dice);
  const ending = dice.weighted([
    ['completed', 90],
    ['failed', 6.5],
    ['cancelled', 3.5],
  ] as const);
  const code = ending === 'failed' ? dice.weighted(CODES) : ending === 'cancelled' ? 'cancelled' : null;
  const status = code === 'outcome_unknown' ? 'unknown' : ending;
  const handedOverAt = startedAt + (dice.chance(0.1) ? dice.around(9000, 1) : dice.between(2, 30));
  const reached = code !== 'mriver_unreachable' && code !== 'agent_not_ready' && code !== 'shim_auth_failed';
  const deliveredAt = reached ? handedOverAt + dice.around(350, 0.6) : null;
  const answers = status === 'completed' || (code === 'cancelled' && dice.chance(0.5));
  const firstChunkAt = answers && deliveredAt !== null ? deliveredAt + dice.around(2600, 1.1) : null;
  const lasted = code === 'timeout' ? 60_000 : dice.around(7000, 1.2);
  const finishedAt = (firstChunkAt ?? deliveredAt ?? handedOverAt) + lasted;
  const late = code === 'timeout' && dice.chance(0.4);
  const paragraphs = kind.tools.length === 0 ? 1 : dice.between(1, 4);
  const response =
    answers || late ? Array.from({ length: paragraphs }, () => fill(dice.of(kind.answers), dice)).join('\n\n') : '';
  const exact = dice.chance(0.8);
  const counted = exact && response !== '';
  const inputTokens = counted ? dice.around(14_000, 0.8) : null;
  const usedTools = response === '' ? [] : kind.tools.filter(() => dice.chance(0.8));
  const rowsSeen = usedTools.length > 0 ? dice.between(0, 60) : null;
  const meta = { used_tools: usedTools, rows_seen: rowsSeen, classifier_tag: kind.tag };
  const rated = status === 'completed' && dice.chance(0.12);
  const rating = dice.chance(0.85) ? ('up' as const) : ('down' as const);
  const decisions =
    response !== '' && kind.tag === 'draft' && dice.chance(0.5) ? [decision(deliveredAt ?? 0, dice)] : [];
  return {
    decisions,
    turn: {
      turnId: dice.id(),
      userId: user.id,
      sessionId: `chat-${dice.between(1, 40)}`,
      idempotencyKey: null,
      requestHash: '',
      status,
      message,
      awayUntil: null,
      attachments: [],
      earlier: null,
      startedAt,
      handedOverAt,
      deliveredAt,
      firstChunkAt,
      finishedAt,
      late,
      pageOrigin: dice.chance(0.6) ? `https://app.example/cases/${dice.between(1, 999)}` : null,
      context: null,
      locale: dice.chance(0.6) ? 'de' : 'en',
      durationMs: finishedAt - startedAt,
      response,
      trailer: response === '' ? null : `\n\n<!-- paliadin ${JSON.stringify(meta)} -->`,
      responseTokens: response === '' ? null : approximateTokens(response),
      tokensExact: exact,
      inputTokens,
      usedTools,
      tools: counted ? usedTools.map((name) => ({ name, count: dice.between(1, 4), ms: dice.around(700, 1) })) : null,
      model: counted ? dice.weighted(MODELS) : null,
      cachedTokens: inputTokens === null ? null : Math.min(inputTokens, dice.around(9000, 0.6)),
      notices: dice.chance(0.003) ? ['new-conversation'] : [],
      settled: true,
      rowsSeen,
      classifierTag: response === '' ? null : kind.tag,
      chipCount: dice.chance(0.3) ? dice.between(1, 3) : 0,
      trailerMalformed: dice.chance(0.004),
      errorCode: code,
      errorDetail: code === null || code === 'cancelled' ? null : (DETAILS[code] ?? 'as the host told it'),
      fence: 1,
      feedback: rated ? { rating, comment: rating === 'down' ? 'The date is wrong.' : '' } : null,
    },
  };
}

const MODELS = [
  ['claude-sonnet-4-5', 80],
  ['claude-opus-4-1', 15],
  ['claude-haiku-4-5', 5],
] as const;

const DETAILS: Partial<Record<ErrorCode, string>> = {
  timeout: 'no sign of life from the agent for 60 s',
  agent_limit: 'the agent says: usage limit reached, resets at 15:00',
  mriver_unreachable: 'ssh: connect to host laptop port 22022: No route to host',
  agent_error: 'the agent says: API error 529, overloaded',
  agent_not_ready: 'a dialog is open: Do you trust the files in this folder?',
  agent_stopped: 'the agent has ended: exit status 1',
  outcome_unknown: 'the daemon ended while it typed',
  shim_error: 'the journal can’t be written: no space left on device',
};

function decision(at: number, dice: Dice): Decided & { at: number } {
  const by = dice.weighted([
    ['user', 80],
    ['timeout', 12],
    ['policy', 5],
    ['terminal', 3],
  ] as const);
  const option = by === 'user' && dice.chance(0.85) ? 'allow' : by === 'terminal' ? null : 'deny';
  const approval = { id: `a${dice.between(1, 99)}`, title: 'Allow: write a document?', kind: 'permission' as const };
  return { approval, option, by, at: at + dice.around(4000, 1) };
}
