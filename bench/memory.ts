/** What gateway and host daemon hold in memory: at idle, and for each further live conversation. */
import { setTimeout as delay } from 'node:timers/promises';
import { startTestGateway } from '../test/support/gateway.ts';
import { residentMegabytes } from './support/memory.ts';
import { figure, report } from './support/report.ts';

const CONVERSATIONS = 40;
/** Longer than anything that is done after an answer. */
const REST_MS = 5_000;

await using gateway = await startTestGateway({
  env: { PALIADIN_LOG_LEVEL: 'error', PALIADIN_MAX_PANES: String(CONVERSATIONS + 10) },
});
const owner = await gateway.as('owner');
await fetch(`${gateway.url}/readyz`);
const daemon = await gateway.daemonPid();
await delay(REST_MS);
const atIdle = [gateway.pid, daemon].map(residentMegabytes);
await owner.answer('demo at once');
await delay(REST_MS);
const withOne = [gateway.pid, daemon].map(residentMegabytes);
for (let user = 1; user <= CONVERSATIONS; user++) await (await gateway.as(`user-${user}`)).answer('demo at once');
await delay(REST_MS);
const withAll = [gateway.pid, daemon].map(residentMegabytes);

for (const [at, name] of ['gateway', 'host daemon'].entries()) {
  const one = withOne[at] ?? 0;
  report(`Resident memory of the ${name}, MB`, [
    figure('at idle, nothing asked yet', atIdle[at] ?? 0, '≤ 80'),
    figure('with one conversation', one),
    figure(
      `for each further live conversation, of ${CONVERSATIONS}`,
      ((withAll[at] ?? 0) - one) / CONVERSATIONS,
      '≤ 1',
    ),
  ]);
}
