/**
 * How strictly the agents of different users are isolated, weakest first. `docs/isolation.md` says what each level
 * holds.
 */
export const isolationLevels = ['none', 'directory', 'sandbox'] as const;

export type IsolationLevel = (typeof isolationLevels)[number];

export function isAtLeast(level: IsolationLevel, wanted: IsolationLevel): boolean {
  return isolationLevels.indexOf(level) >= isolationLevels.indexOf(wanted);
}

/** What a level does not hold, in one sentence for the owner; null where it holds all that is promised. */
export function weaknessOf(level: IsolationLevel): string | null {
  return WEAKNESS[level];
}

const WEAKNESS: Record<IsolationLevel, string | null> = {
  none: 'all agents share one directory and one Claude project: whoever may ask can be told what others asked, and what your account may read',
  directory:
    'agents run as your account: it keeps people apart by rules of the agent’s own, and a hostile person whose agent may run commands reads what your account may read',
  sandbox: null,
};
