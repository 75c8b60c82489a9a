/** Gateways that end with the tests that use them. */
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type GatewayOptions, startTestGateway, type TestGateway } from './gateway.ts';
import { until } from './until.ts';

/** One for all tests of a file, called at its top. The result is there once its tests run. */
export function useGateway(options: GatewayOptions = {}): () => TestGateway {
  let gateway: TestGateway | undefined;
  beforeAll(async () => {
    gateway = await startTestGateway(options);
    await isReady(gateway, options);
  });
  afterAll(() => gateway?.dispose());
  return () => {
    if (gateway === undefined) throw new Error('the gateway has not been started yet');
    return gateway;
  };
}

/** One for a single test. It outlives the test's pages, which would complain of its end. */
export async function gatewayForTest(options: GatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  onTestFinished(() => gateway.dispose());
  await isReady(gateway, options);
  return gateway;
}

/** Whoever first looks for the host's daemon starts it, which on a busy machine takes longer than a question waits. */
async function isReady({ url }: TestGateway, { env }: GatewayOptions): Promise<void> {
  if (env?.PALIADIN_AGENT === 'none') return;
  await until('the host to be ready', async () => (await fetch(`${url}/readyz`)).ok);
}
