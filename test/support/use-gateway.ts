/** One gateway for all tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { type GatewayOptions, startTestGateway, type TestGateway } from './gateway.ts';
import { until } from './until.ts';

/** For the top of a file. The result is there once its tests run. */
export function useGateway(options: GatewayOptions = {}): () => TestGateway {
  let gateway: TestGateway | undefined;
  beforeAll(async () => {
    gateway = await startTestGateway(options);
    await isReady(gateway);
  });
  afterAll(() => gateway?.dispose());
  return () => {
    if (gateway === undefined) throw new Error('the gateway has not been started yet');
    return gateway;
  };
}

/** Whoever first looks for the host's daemon starts it, which on a busy machine takes longer than a question waits. */
async function isReady({ url }: TestGateway): Promise<void> {
  await until('the host to be ready', async () => (await fetch(`${url}/readyz`)).ok);
}
