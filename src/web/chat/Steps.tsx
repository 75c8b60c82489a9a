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
          {step.endedAt !== null && <span className="elapsed">{wholeSeconds(step.endedAt - step.startedAt)}</span>}
        </li>
      ))}
    </ul>
  );
}
