/** One channel to a host, kept open: opened when first needed, opened again when it broke. */
import type { HostIdentity } from '../contract/host.ts';
import type { HostChannel } from '../transport/reach-host.ts';

export interface OpenChannel {
  /** The open channel, or a new one; callers who come while it is being opened share the attempt. */
  get(): Promise<HostChannel>;
  identity(): HostIdentity | null;
  close(): Promise<void>;
}

export function openChannel(open: () => Promise<HostChannel>): OpenChannel {
  let current: Promise<HostChannel> | null = null;
  let identity: HostIdentity | null = null;

  async function reopen(): Promise<HostChannel> {
    const channel = await open();
    identity = channel.identity;
    channel.closed.then(forget);
    return channel;
  }

  function forget(): void {
    current = null;
  }

  return {
    get() {
      if (current === null) {
        current = reopen();
        current.catch(forget);
      }
      return current;
    },
    identity: () => identity,
    async close() {
      const channel = await current?.catch(() => null);
      channel?.close();
    },
  };
}
