/** The bus of gateways that share a store: messages wake readers at once, and looking finds what no message told of. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { GatewayLink, GatewayMessage } from '../../src/store/gateway-link.ts';
import { sharedEventBus } from '../../src/turn/shared-event-bus.ts';
import { aUser, temporaryStore } from '../store/temporary-store.ts';

async function twoBuses({ lookMs }: { lookMs: number }) {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const listeners: ((message: GatewayMessage) => void)[] = [];
  const network = { isLost: false };
  const bus = (at: number) => {
    const link: Pick<GatewayLink, 'send' | 'onMessage'> = {
      send(message) {
        if (network.isLost) return;
        const whole = { events: [], sessions: [], all: false, ...message };
        for (const [to, listener] of listeners.entries()) if (to !== at) listener(whole);
      },
      onMessage: (listener) => void listeners.push(listener),
    };
    const made = sharedEventBus({ link, events: store.events, lookMs, onError: () => {} });
    onTestFinished(made.close);
    return made;
  };
  const append = () => store.events.append({ turnId: 't', userId: who.user.id, at: 1, event: { type: 'feedback' } });
  return { one: bus(0), two: bus(1), listeners, network, append, scope: { userId: who.user.id } };
}

test('events that one gateway stores wake readers of both, and nobody whom they do not concern', async () => {
  const { one, two, append, scope } = await twoBuses({ lookMs: 60_000 });
  const wakes = [one, two].map((bus) => {
    const [own, other] = [vi.fn(), vi.fn()];
    bus.subscribe(scope, own);
    bus.subscribe({ userId: 'bert' }, other);
    return { own, other };
  });
  await vi.waitFor(() => expect(wakes.every(({ other }) => other.mock.calls.length === 1)).toBe(true)); // the first look
  one.publish([await append()]);
  expect(wakes.map(({ own, other }) => [own.mock.calls.length, other.mock.calls.length])).toEqual([
    [2, 1],
    [2, 1],
  ]);
});

test('an event whose message was lost wakes its readers at the next look', async () => {
  const { one, two, network, append, scope } = await twoBuses({ lookMs: 20 });
  const [own, other] = [vi.fn(), vi.fn()];
  two.subscribe(scope, own);
  two.subscribe({ userId: 'bert' }, other);
  await vi.waitFor(() => expect(other).toHaveBeenCalledOnce());
  network.isLost = true;
  one.publish([await append()]);
  await vi.waitFor(() => expect(own).toHaveBeenCalledTimes(2));
  expect(other).toHaveBeenCalledOnce();
});

test('a message to look at everything wakes every reader', async () => {
  const { two, listeners } = await twoBuses({ lookMs: 60_000 });
  const wake = vi.fn();
  await vi.waitFor(() => expect(listeners).toHaveLength(2));
  two.subscribe({ userId: 'bert' }, wake);
  listeners[1]?.({ events: [], sessions: [], all: true });
  expect(wake).toHaveBeenCalled();
});
