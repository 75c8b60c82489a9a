/** What the owner allows every agent, in the settings that the agents share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AgentHome } from '../../isolation/isolation.ts';

/**
 * Rules that Claude Code would ignore in a workspace that nobody has trusted at a terminal: it does so if its
 * configuration is the owner's own, to which nobody else writes. Empty if it reads them itself.
 */
export function sharedAllowRules({ home, shared }: AgentHome): string[] {
  if (shared === null || home !== null) return [];
  return SETTINGS.flatMap((name) => allowedIn(join(shared, '.claude', name)));
}

function allowedIn(file: string): string[] {
  try {
    return settings.parse(JSON.parse(readFileSync(file, 'utf8'))).permissions.allow;
  } catch {
    return []; // missing, or broken: then Claude Code itself reports it in a dialog
  }
}

const settings = z.object({ permissions: z.object({ allow: z.array(z.string()) }) });
const SETTINGS = ['settings.json', 'settings.local.json'];
