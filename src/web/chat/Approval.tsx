/** What the agent waits for. Few turns ask for anything, so the card comes when the first one does. */
import { lazy, type ReactNode, Suspense } from 'react';
import { visible } from '../../contract/visible.ts';
import { Reload } from '../Boundary.tsx';
import { boundaryWords } from '../locales/boundary.ts';
import type { ApprovalCardProps } from './ApprovalCard.tsx';
import { Note } from './Note.tsx';
import { Fallback } from './ui/Fallback.tsx';
import { usePage } from './ui/page.ts';

export function Approval(props: ApprovalCardProps) {
  const gone = (
    <InWords {...props}>
      <p>{boundaryWords().updatedText}</p>
      <Reload />
    </InWords>
  );
  return (
    <Fallback with={gone}>
      <Suspense fallback={<InWords {...props} />}>
        <Card {...props} />
      </Suspense>
    </Fallback>
  );
}

/** Until the card is there; and where it can't be loaded, with the way to it. */
function InWords({ approval: { kind, title }, children }: ApprovalCardProps & { children?: ReactNode }) {
  const { t } = usePage();
  return (
    <Note kind="wait" icon="hand" title={kind === 'question' ? t.agentAsks : t.agentWaits}>
      <p>{visible(title)}</p>
      {children}
    </Note>
  );
}

const Card = lazy(() => import('./ApprovalCard.tsx').then(({ ApprovalCard }) => ({ default: ApprovalCard })));
