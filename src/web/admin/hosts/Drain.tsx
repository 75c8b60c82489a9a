/** Lets a host take no new conversations, or take them again. */
import { useState } from 'react';
import type { HostView } from '../../../contract/admin/hosts.ts';
import { useAction } from '../data/useAction.ts';
import { useAdmin } from '../page.ts';
import { Confirm } from '../ui/Confirm.tsx';
import { Problem } from '../ui/states.tsx';

export function Drain({ host, onChanged }: { host: HostView; onChanged(): void }) {
  const { w } = useAdmin();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const { name } = host;
  const resumes = host.draining || !host.enabled;

  async function change(draining: boolean): Promise<void> {
    const done = draining ? w.hosts.drained(name) : w.hosts.resumed(name);
    const path = `/api/admin/hosts/${encodeURIComponent(name)}`;
    if ((await action.run('PATCH', path, { body: { draining }, done })) !== null) onChanged();
  }

  return (
    <>
      <button
        type="button"
        className="button host-drain"
        aria-label={resumes ? w.hosts.resumeOf(name) : w.hosts.drainOf(name)}
        disabled={action.busy}
        onClick={() => (resumes ? void change(false) : setAsking(true))}
      >
        {resumes ? w.hosts.resume : w.hosts.drain}
      </button>
      <Problem text={action.problem} />
      {asking && (
        <Confirm
          title={w.hosts.drainTitle(name)}
          text={w.hosts.drainText}
          action={w.hosts.drain}
          onCancel={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void change(true);
          }}
        />
      )}
    </>
  );
}
