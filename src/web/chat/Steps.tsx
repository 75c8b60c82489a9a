/** What the agent has done so far on the way to its answer. The step that runs is in the progress line. */

import type { Step } from '../../contract/steps.ts';
import { wholeSeconds } from '../locales/format.ts';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export function Steps({ steps }: { steps: readonly Step[] }) {
  const { t } = usePage();
  const past = steps.filter(({ status }) => status !== 'running');
  if (past.length === 0) return null;
  return (
    <ul className="steps" aria-label={t.steps}>
      {past.map((step) => (
        <li key={step.id} className={`step-${step.status}`}>
          <Icon name={step.status === 'failed' ? 'close' : 'check'} />
          <span>
            {step.title}
            <span className={step.status === 'failed' ? 'step-failed-word' : 'only-read'}>
              {' '}
              {step.status === 'failed' ? t.stepFailed : t.stepDone}
            </span>
          </span>
          {took(step) >= 1000 && <span className="elapsed">{wholeSeconds(took(step))}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Milliseconds. */
function took({ startedAt, endedAt }: Step): number {
  return endedAt === null ? 0 : endedAt - startedAt;
}
