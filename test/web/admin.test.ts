/** What the dashboard computes itself: from URLs, buckets, probes and changes. */
import { expect, test } from 'vitest';
import type { HostView } from '../../src/contract/admin/hosts.ts';
import type { StatsBucket } from '../../src/contract/admin/stats.ts';
import { createRefresher } from '../../src/web/admin/data/refresher.ts';
import { ago, bucketName, moment, percent, scaleSpan, span, wholePercent } from '../../src/web/admin/format.ts';
import { heightOf, probeFigures } from '../../src/web/admin/hosts/probe-figures.ts';
import { de } from '../../src/web/admin/locales/de.ts';
import { en } from '../../src/web/admin/locales/en.ts';
import { partsOf, verdictOf } from '../../src/web/admin/overview/health-words.ts';
import { bucketMs, extreme, isLittle, namedSeries, stacked } from '../../src/web/admin/overview/plots/series.ts';
import { sequenceOf } from '../../src/web/admin/sessions/sequence.ts';
import { apiQuery, areSet, NO_FILTERS, placeOf, readFilters } from '../../src/web/admin/turns/filters.ts';
import { shortened } from '../../src/web/admin/turns/shortened.ts';
import { toolClaims } from '../../src/web/admin/turns/tool-claims.ts';
import { mayChange } from '../../src/web/admin/users/may-change.ts';

const ID = '39152504-4154-4a41-92f6-60d5456892f2';
const queryOf = (place: string) => new URL(place, 'http://x').searchParams;

test('filters are read from the URL as they were written', () => {
  const filters = {
    ...NO_FILTERS,
    userId: ID,
    status: 'failed',
    code: 'timeout',
    tag: 'a&b',
    search: 'é ü',
    time: '7d',
  } as const;
  expect(readFilters(queryOf(placeOf(filters)))).toEqual(filters);
  const days = { ...NO_FILTERS, time: 'days', from: '2026-11-01', to: '2026-11-02' } as const;
  expect(readFilters(queryOf(placeOf(days)))).toEqual(days);
  expect(placeOf(NO_FILTERS)).toBe('/admin/turns');
  expect([areSet(NO_FILTERS), areSet(filters), areSet(days)]).toEqual([false, true, true]);
});

test('an invalid value in the URL is no filter', () => {
  const query = new URLSearchParams('status=gone&code=nope&userId=%27;--&time=1y&from=yesterday&to=2026-99-99');
  expect(readFilters(query)).toEqual(NO_FILTERS);
});

test('a time filter covers whole days of the reader’s time zone', () => {
  const now = new Date(2026, 10, 22, 21, 5);
  const of = (filters: object) => Object.fromEntries(apiQuery({ ...NO_FILTERS, ...filters }, now));
  expect(of({ time: 'today' })).toEqual({ from: String(new Date(2026, 10, 22).getTime()) });
  expect(of({ time: '7d' })).toEqual({ from: String(new Date(2026, 10, 16).getTime()) });
  // Both days whole.
  expect(of({ time: 'days', from: '2026-11-01', to: '2026-11-01' })).toEqual({
    from: String(new Date(2026, 10, 1).getTime()),
    to: String(new Date(2026, 10, 2).getTime()),
  });
  expect(of({ time: 'days' })).toEqual({});
  expect(of({ code: 'timeout', search: 'x' })).toEqual({ code: 'timeout', search: 'x' });
});

const bucket = (from: number, some: Partial<StatsBucket> = {}): StatsBucket => ({
  turns: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  successRate: null,
  activeUsers: 0,
  total: { p50: null, p95: null },
  firstText: { p50: null, p95: null },
  from,
  to: from + 10,
  codes: [],
  tools: [],
  tags: [],
  ...some,
});

test('the most frequent names are plotted, and the others together', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const tools = names.map((name, index) => ({ name, count: 10 - index }));
  const stats = { codes: [], tags: [], tools, buckets: [bucket(0, { tools }), bucket(10)] };
  const series = namedSeries(stats, 'tools', 'others');
  expect(series.map(({ label, values }) => [label, ...values])).toEqual([
    ['a', 10, 0],
    ['b', 9, 0],
    ['c', 8, 0],
    ['d', 7, 0],
    ['others', 6 + 5, 0],
  ]);
  expect(stacked(series)).toEqual([
    [10, 0],
    [19, 0],
    [27, 0],
    [34, 0],
    [45, 0],
  ]);
  expect(namedSeries({ ...stats, tools: tools.slice(0, 2) }, 'tools', 'others').map(({ label }) => label)).toEqual([
    'a',
    'b',
  ]);
});

test('the highest and lowest bucket are found, ignoring those without a value', () => {
  const buckets = [bucket(0, { successRate: 0.9 }), bucket(10), bucket(20, { successRate: 0.5 })];
  expect(extreme(buckets, ({ successRate }) => successRate)?.bucket.from).toBe(0);
  expect(extreme(buckets, ({ successRate }) => successRate, true)?.bucket.from).toBe(20);
  expect(extreme([bucket(0)], ({ successRate }) => successRate)).toBeNull();
  expect(bucketMs({ buckets })).toBe(10);
  expect(bucketMs({ buckets: [bucket(0)] })).toBe(10);
});

test('failed probes do not count for median and slowest', () => {
  const error = { code: 'timeout' as const, detail: null };
  const probes = [3, 1, 100].map((ms, at) => ({ at, ms, error: null }));
  expect(probeFigures([...probes, { at: 9, ms: 5000, error }])).toEqual({ well: 3, median: 3, slowest: 100 });
  expect(probeFigures([])).toEqual({ well: 0, median: null, slowest: null });
  expect(heightOf({ at: 0, ms: 1, error }, 100)).toBe(1);
  expect(heightOf({ at: 0, ms: 1, error: null }, 100)).toBeLessThan(heightOf({ at: 0, ms: 100, error: null }, 100));
});

test('observed tools are listed beside those that are only claimed', () => {
  const seen = { name: 'Read', count: 2, ms: 5 };
  expect(toolClaims({ tools: [seen, { name: 'Bash', count: 1, ms: 50 }], usedTools: ['Read', 'Web'] })).toEqual([
    { name: 'Bash', seen: { count: 1, ms: 50 }, claimed: false },
    { name: 'Read', seen: { count: 2, ms: 5 }, claimed: true },
    { name: 'Web', seen: null, claimed: true },
  ]);
  expect(toolClaims({ tools: null, usedTools: ['Web'] })).toEqual([{ name: 'Web', seen: null, claimed: true }]);
});

const host: HostView = {
  name: 'laptop',
  backend: 'remote',
  presence: 'here',
  mode: 'channel',
  refusal: null,
  agent: 'claude',
  agentVersion: null,
  driver: 'claude',
  version: '1',
  panes: null,
  running: 0,
  sessions: 0,
  room: null,
  listed: true,
  enabled: true,
  draining: false,
  preference: null,
  isolation: 'sandbox',
  isolationLacks: null,
  probes: [{ at: 0, ms: 23, error: null }],
};
const refusal = (code: 'agent_not_ready' | 'mriver_unreachable') => ({
  code,
  message: code,
  retryable: true,
  detail: 'why',
});

test('the health of the gateway is one sentence', () => {
  const of = (some: Partial<HostView>, reasons: Parameters<typeof partsOf>[0]['reasons'] = []) => {
    const parts = partsOf({ host: { ...host, ...some }, reasons }, en, 'en');
    return [verdictOf(parts, en).words, parts?.host.words, parts?.agent.words, parts?.store.words];
  };
  const { works, troubled, unsteady, ready, storeWell, silent, away, off } = en.health;
  expect(of({})).toEqual([works, 'Answers in 23\u00a0ms', ready, storeWell]);
  expect(of({ presence: 'silent' })).toEqual([unsteady, silent, ready, storeWell]);
  expect(of({ presence: 'away' })).toEqual([troubled, away, ready, storeWell]);
  expect(of({ refusal: refusal('agent_not_ready') })).toEqual([
    troubled,
    'Answers in 23\u00a0ms',
    en.codes.agent_not_ready,
    storeWell,
  ]);
  expect(of({ refusal: refusal('mriver_unreachable') })[1]).toBe(en.codes.mriver_unreachable);
  expect(
    of({}, [{ ...refusal('mriver_unreachable'), code: 'store_unavailable', message: 'full', part: 'store' }]),
  ).toEqual([troubled, 'Answers in 23\u00a0ms', ready, en.codes.store_unavailable]);
  expect(of({ backend: 'disabled' })).toEqual([en.codes.disabled, off, off, storeWell]);
  expect(verdictOf(partsOf({ host: null, reasons: [] }, en, 'en'), en).words).toBe(en.health.unknown);
});

test('changes are loaded together, one request at a time, and not while the page is hidden', async () => {
  let loads = 0;
  let finish = () => {};
  let time = 0;
  let hidden = false;
  const timers: { at: number; run: () => void }[] = [];
  const tick = (ms: number) => {
    time += ms;
    for (const timer of timers.splice(0))
      if (timer.at <= time) timer.run();
      else timers.push(timer);
  };
  const refresher = createRefresher({
    load: () => {
      loads++;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    paceMs: 1000,
    isHidden: () => hidden,
    now: () => time,
    after: (ms, run) => {
      const timer = { at: time + ms, run };
      timers.push(timer);
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
    },
  });
  const done = async () => {
    finish();
    await Promise.resolve();
    await Promise.resolve();
  };
  refresher.now();
  expect(loads).toBe(1);
  for (let change = 0; change < 50; change++) refresher.touch();
  tick(5000);
  expect(loads).toBe(1); // still under way
  await done();
  tick(0);
  expect(loads).toBe(2);
  await done();
  refresher.touch();
  tick(999);
  expect(loads).toBe(2); // not faster than its pace
  tick(1);
  expect(loads).toBe(3);
  await done();
  hidden = true;
  refresher.touch();
  tick(60_000);
  expect(loads).toBe(3);
  hidden = false;
  refresher.seen();
  tick(0);
  expect(loads).toBe(4);
  refresher.stop();
  await done();
  refresher.touch();
  tick(60_000);
  expect(loads).toBe(4);
});

test('a terminal’s picture keeps colours and positions, and no other control sequence', () => {
  const lines = ['\u001b[31mred\u001b[0m', '\u001b]0;title\u0007\u001b[2J\u001b[6nplain\u009b5n', 'third'];
  const sequence = sequenceOf({ lines, rows: 2, cursor: { row: 1, column: 4 } });
  expect(sequence).toContain('\u001b[1;1H\u001b[0m\u001b[2K\u001b[31mred\u001b[0m');
  expect(sequence).toContain('\u001b[2;1H\u001b[0m\u001b[2Kplain5n\u001b[0m');
  for (const order of ['\u0007', '\u001b]', '\u001b[2J', '\u001b[6n', '\u009b']) expect(sequence).not.toContain(order);
  expect(sequence).not.toContain('third');
  expect(sequence.endsWith('\u001b[?25h\u001b[2;5H')).toBe(true);
  expect(sequenceOf({ lines: [], rows: 1, cursor: null }).endsWith('\u001b[?25l')).toBe(true);
});

test('only actions that the gateway allows are offered', () => {
  const NOTHING = { change: false, role: false, disable: false, signOut: false, remove: false };
  const owner = { id: 'o', role: 'owner' } as const;
  const admin = { id: 'a', role: 'admin' } as const;
  const member = { id: 'm', role: 'member' } as const;
  expect(mayChange(owner, member)).toEqual({ change: true, role: true, disable: true, signOut: true, remove: true });
  expect(mayChange(owner, owner)).toEqual({ ...NOTHING, change: true, signOut: true });
  expect(mayChange(admin, member)).toEqual({ change: true, role: false, disable: true, signOut: true, remove: true });
  expect(mayChange(admin, owner)).toEqual(NOTHING);
  expect(mayChange(admin, { id: 'b', role: 'admin' })).toEqual({ ...NOTHING, signOut: true });
});

test('numbers and durations are formatted', () => {
  expect([span(null, 'en'), span(420.4, 'en'), span(8400, 'en'), span(125_000, 'en')]).toEqual([
    '–',
    '420\u00a0ms',
    '8.4\u00a0s',
    '2\u00a0min 5\u00a0s',
  ]);
  expect([percent(null, 'en'), percent(1, 'en'), percent(0.99999, 'en'), percent(0.934, 'de')]).toEqual([
    '–',
    '100%',
    '99.99%', // all but one is not all
    '93,4\u00a0%',
  ]);
  expect([scaleSpan(0, 'en'), scaleSpan(500, 'en'), scaleSpan(90_000, 'en')]).toEqual([
    '0',
    '500\u00a0ms',
    '1.5\u00a0min',
  ]);
  const noon = new Date(2026, 10, 22, 12).getTime();
  expect([bucketName(noon, 86_400_000, 'en'), bucketName(noon, 3_600_000, 'de')]).toEqual(['Nov 22', '12:00']);
  expect([ago(noon - 3 * 60_000, noon, 'en'), ago(noon + 5000, noon, 'en')]).toEqual(['3 min. ago', 'now']);
});

test('a duration below one millisecond is not shown as zero', () => {
  expect([span(0, 'en'), span(0.4, 'en'), span(1, 'en')]).toEqual([
    '<\u00a01\u00a0ms',
    '<\u00a01\u00a0ms',
    '1\u00a0ms',
  ]);
});

test('percentages are formatted by the locale only: no text has a percent sign after a number', () => {
  expect([wholePercent(0.95, 'en'), wholePercent(0.95, 'de')]).toEqual(['95%', '95\u00a0%']);
  const texts = (value: unknown): string[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [String(value)];
  expect([...texts(en), ...texts(de)].filter((text) => /\d\s*%/.test(text))).toEqual([]);
});

test('a time in a table has its day and year only where these are not today’s', () => {
  const now = new Date(2026, 10, 22, 21).getTime();
  const of = (...parts: [number, number, number]) => moment(new Date(...parts, 9, 5).getTime(), now, 'en');
  expect([of(2026, 10, 22), of(2026, 10, 21), of(2025, 10, 22)]).toEqual([
    '9:05 AM',
    'Nov 21, 9:05 AM',
    'Nov 22, 2025, 9:05 AM',
  ]);
});

test('plots over time need at least three buckets with turns', () => {
  const buckets = (...turns: number[]) => ({ buckets: turns.map((count) => ({ turns: count })) });
  expect([isLittle(buckets(0, 0, 7)), isLittle(buckets(1, 0, 7)), isLittle(buckets(1, 2, 7))]).toEqual([
    true,
    true,
    false,
  ]);
});

test('a question as a title is one line, cut at a word', () => {
  expect(shortened('  Which\n cases? ')).toBe('Which cases?');
  const long = shortened('which case '.repeat(30));
  expect([long.length <= 121, long.endsWith('case…') || long.endsWith('which…')]).toEqual([true, true]);
  // A pair of surrogates is not cut in two.
  expect(shortened(`x${'🙂'.repeat(100)}`)).toMatch(/^x(🙂)+…$/u);
});

test('both languages have the same texts, and none is empty', () => {
  const paths = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => paths(inner, `${path}.${name}`))
      : [`${path} ${typeof value}`];
  expect(paths(de)).toEqual(paths(en));
  expect(JSON.stringify([de, en])).not.toContain('""');
});
