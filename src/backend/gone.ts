/** A host that is not on the list any more: what it may have done can't be asked. */
import { PaliadinError } from '../contract/errors.ts';
import type { Backend } from './backend.ts';
import { NEVER_KNOWN } from './host-backend.ts';

export function goneBackend(host: string) {
  const gone = () =>
    new PaliadinError(
      'mriver_unreachable',
      `there is no host ${host} any more; \`paliadin host add\` puts one on the list`,
    );
  const refuse = () => Promise.reject(gone());
  return {
    kind: 'remote',
    host,
    agent: () => null,
    refusal: gone,
    identity: () => null,
    health: refuse,
    run: async ({ known, handedOver }) => (known || handedOver ? NEVER_KNOWN : refuse()),
    turn: refuse,
    cancel: refuse,
    decide: refuse,
    reset: refuse,
    acknowledge: refuse,
    attach: refuse,
    sessions: refuse,
    hibernate: refuse,
    watchScreen: refuse,
    presence: () => 'away' as const,
    onLate() {},
    onBack: () => () => {},
    close: () => Promise.resolve(),
  } satisfies Backend;
}
