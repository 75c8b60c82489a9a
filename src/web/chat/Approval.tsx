/** What the agent waits for. Few turns ask for anything, so the card comes when the first one does. */
import { lazy, Suspense } from 'react';
import { visible } from '../../contract/visible.ts';
import type { ApprovalCardProps } from './ApprovalCard.tsx';
import { Note } from './Note.tsx';
import { Fallback } from './ui/Fallback.tsx';
import { usePage } from './ui/page.ts';

export function Approval(props: ApprovalCardProps) {
  const inWords = <InWords {...props} />;
  return (
    <Fallback with={inWords}>
      <Suspense fallback={inWords}>
        <Card {...props} />
      </Suspense>
    </Fallback>
  );
}

/** Until the card is there, and where it can't be loaded: a new try is a reload away. */
function InWords({ approval: { kind, title } }: ApprovalCardProps) {
  const { t } = usePage();
  return (
    <Note kind="wait" icon="hand" title={kind === 'question' ? t.agentAsks : t.agentWaits}>
      <p>{visible(title)}</p>
    </Note>
  );
}

const Card = lazy(() => import('./ApprovalCard.tsx').then(({ ApprovalCard }) => ({ default: ApprovalCard })));
