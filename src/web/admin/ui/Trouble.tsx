/** What went wrong, for the owner: what it is, what the gateway knows of it, and what to do. */
import type { ErrorCode } from '../../../contract/errors.ts';
import { visible } from '../../../contract/visible.ts';
import { useAdmin } from '../page.ts';
import { Code } from './small.tsx';

export function Trouble({ code, detail }: { code: ErrorCode; detail: string | null }) {
  const { w } = useAdmin();
  return (
    <div className="trouble">
      <strong>
        <Code code={code} />
      </strong>
      {detail !== null && <p className="mono">{visible(detail)}</p>}
      <p>
        <Advice text={w.advice[code]} />
      </p>
    </div>
  );
}

/** What stands between backticks is something to type. */
function Advice({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part));
}
