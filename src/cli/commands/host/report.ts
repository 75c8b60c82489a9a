/** Prints one line for each step as it is done. */

import { ConfigError } from '../../../config/load.ts';
import type { Check } from '../../../contract/check.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import { printTo } from '../../../process/terminal.ts';
import { checksOf } from '../../../setup/doctor/checks.ts';
import { showCheck } from '../../../setup/doctor/show.ts';
import type { CommandContext } from '../../context.ts';

export interface Reporter {
  readonly ok: boolean;
  /** Returns the result of the steps; null if one of them failed. */
  steps<T>(steps: AsyncGenerator<Check, T>): Promise<T | null>;
  /** The exit code is 1 if a step has failed. */
  end(text: string): void;
}

export function reporter(context: CommandContext, output: NodeJS.WritableStream): Reporter {
  let ok = true;

  function show(check: Check): void {
    ok &&= check.ok;
    printTo(output, showCheck(check));
  }

  return {
    get ok() {
      return ok;
    },
    async steps(steps) {
      try {
        for (;;) {
          const { value, done } = await steps.next();
          if (done) return value;
          show(value);
        }
      } catch (error) {
        if (!(error instanceof PaliadinError) && !(error instanceof ConfigError)) throw error;
        show(checksOf('gateway').failedBy('set-up', error));
        return null;
      }
    },
    end(text) {
      printTo(output, ['', text]);
      if (!ok) context.exitWith();
    },
  };
}
