/** Which level of isolation the settings request, and which combinations are invalid. */

import { type IsolationLevel, isAtLeast, weaknessOf } from '../../contract/isolation.ts';
import type { IsolationPolicy } from '../../contract/isolation-policy.ts';
import { type Config, ConfigError } from '../load.ts';

/**
 * The level at which this machine's agents run: the configured one. By default the strongest if several people may ask,
 * and none if only one person may. The demo agent reads nothing and runs nothing.
 */
export function levelOf({ values }: Config, agent: string | null): IsolationLevel {
  const { PALIADIN_ISOLATION: chosen, PALIADIN_ACCESS: access } = values;
  return chosen ?? (access === 'users' && agent !== 'demo' ? 'sandbox' : 'none');
}

/** What a gateway requires of a host, whose own settings choose its level. */
export function isolationPolicy({ values }: Config): IsolationPolicy {
  const { PALIADIN_ISOLATION: chosen, PALIADIN_ACCESS: access } = values;
  return { least: access === 'owner' ? 'none' : (chosen ?? 'sandbox'), written: chosen !== undefined };
}

/** @throws ConfigError if several people would share one agent's view without their owner's knowledge. */
export function checkLevel({ values }: Config, agent: string | null): void {
  if (values.PALIADIN_ACCESS === 'users' && values.PALIADIN_ISOLATION === 'none' && agent !== 'demo') {
    throw new ConfigError(
      'PALIADIN_ISOLATION is none and PALIADIN_ACCESS is users: none is for one person alone; set PALIADIN_ISOLATION to sandbox, or to directory, which docs/isolation.md explains',
    );
  }
}

/**
 * What this machine's level does not protect although several people may ask, for the owner; null if there is nothing
 * to report.
 */
export function warningOf(config: Config, agent: string | null): string | null {
  const level = levelOf(config, agent);
  if (config.values.PALIADIN_ACCESS === 'owner' || agent === 'demo' || isAtLeast(level, 'sandbox')) return null;
  return `PALIADIN_ISOLATION is ${level}: ${weaknessOf(level)}`;
}
