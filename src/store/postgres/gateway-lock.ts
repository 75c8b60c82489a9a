/**
 * The lock by which gateways and commands know of each other. Gateways that share the database share it; one that has to
 * be alone, or a command that needs the database without a gateway, excludes the others. The lock belongs to a
 * connection, so it ends with a process however that ends.
 */
import { openWire, type Wire } from './pool.ts';

/** False where that is not possible now. @throws the driver's error */
export async function takeGatewayLock(wire: Wire, { alone }: { alone: boolean }): Promise<boolean> {
  return await tryLock(wire, `pg_try_advisory_lock${alone ? '' : '_shared'}(${GATEWAY})`);
}

/** `call` is one of PostgreSQL's functions that take an advisory lock if nobody holds it. */
export async function tryLock(wire: Wire, call: string): Promise<boolean> {
  const [row] = await wire.query<{ taken: boolean }>(`select ${call} as taken`);
  return row?.taken === true;
}

/** Keeps gateways away. Returns how to let go; null where one runs. @throws the driver's error */
export async function lockOutGateways(url: string): Promise<(() => Promise<void>) | null> {
  const wire = await openWire(url, { silenceMs: 0, onNotify: () => {} });
  try {
    if (await takeGatewayLock(wire, { alone: true })) return wire.close;
  } catch (error) {
    await wire.close();
    throw error;
  }
  await wire.close();
  return null;
}

// Any number that nobody else uses in this database.
const GATEWAY = 7_717_003;
