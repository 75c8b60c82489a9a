/** One gateway for all tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { type GatewayOptions, startTestGateway, type TestGateway } from './gateway.ts';

/** For the top of a file. The result is there once its tests run. */
export function useGateway(options: GatewayOptions = {}): () => TestGateway {
  let gateway: TestGateway | undefined;
  beforeAll(async () => {
    gateway = await startTestGateway(options);
  });
  afterAll(() => gateway?.dispose());
  return () => {
    if (gateway === undefined) throw new Error('the gateway has not been started yet');
    return gateway;
  };
}
