/** Creates checks. */
import type { Check } from '../../contract/check.ts';
import { PaliadinError } from '../../contract/errors.ts';

export interface Checks {
  passed(step: string, found: string, advice?: string): Check;
  failed(step: string, found: string, remedy: string): Check;
  /** From an error whose text, as everywhere here, is: what was wrong, a semicolon or a newline, and what to do. */
  failedBy(step: string, error: unknown, remedy?: string): Check;
}

export function checksOf(side: Check['side']): Checks {
  const failed = (step: string, found: string, remedy: string): Check => ({ step, side, ok: false, found, remedy });
  return {
    passed: (step, found, advice) => ({ step, side, ok: true, found, remedy: advice ?? null }),
    failed,
    failedBy(step, error, remedy) {
      const [found = '', ...rest] = textOf(error).split(/; |\n/);
      return failed(step, found, remedy ?? (rest.join('; ') || OTHERWISE));
    },
  };
}

function textOf(error: unknown): string {
  if (error instanceof PaliadinError) return error.detail ?? error.code;
  return error instanceof Error ? error.message : String(error);
}

const OTHERWISE = 'mend that and run it again';
