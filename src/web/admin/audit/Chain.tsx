/** Whether the audit log is whole, said plainly. */
import { useState } from 'react';
import type { ChainState } from '../../../contract/admin/audit.ts';
import { Icon } from '../../chat/ui/Icon.tsx';
import { useAction } from '../data/useAction.ts';
import { useResource } from '../data/useResource.ts';
import { ago, count } from '../format.ts';
import { useAdmin } from '../page.ts';
import { Loaded, Problem } from '../ui/states.tsx';

export function Chain() {
  const { w, locale } = useAdmin();
  const chain = useResource<ChainState>('/api/admin/audit/chain', {
    on: ({ type }) => type === 'audit',
    paceMs: CHAIN_PACE_MS,
  });
  const all = useAction();
  const [full, setFull] = useState<ChainState | null>(null);
  const number = (value: number) => count(value, locale);
  const since = (at: number) => ago(at, Date.now(), locale);
  const checkAll = async () => {
    const state = await all.run<ChainState>('GET', '/api/admin/audit/chain?full=true', { done: w.audit.checkedAll });
    if (state === null) return;
    setFull(state);
    chain.reload();
  };
  return (
    <section aria-label={w.audit.chain}>
      <Problem text={all.problem} />
      <Loaded from={chain}>
        {(newest) => {
          // What a full walk found broken stays so, whatever a walk of the newest rows says.
          const state = full !== null && !full.intact ? full : newest;
          return (
            <div className={state.intact ? 'chain' : 'chain chain-broken'}>
              <span className="chain-sign">
                <Icon name={state.intact ? 'check' : 'alert'} />
              </span>
              <div>
                <strong>{state.intact ? w.audit.whole : w.audit.broken}</strong>
                <p>
                  {state.broken === null
                    ? w.audit.wholeText(number(state.rows), number(state.total))
                    : `${w.audit.brokenAt(number(state.broken.seq), state.broken.why)}. ${w.audit.intactBefore(number(state.rows), number(state.total))}`}
                </p>
                <p className="quiet">
                  {w.audit.checked(since(state.since), since(state.checkedAt))}
                  {' · '}
                  {state.comparedAt === null ? w.audit.notCompared : w.audit.compared(since(state.comparedAt))}
                  {state.head !== null && (
                    <>
                      {' · '}
                      {w.audit.head}: <code title={state.head.hash}>{state.head.hash.slice(0, 16)}</code>
                    </>
                  )}
                </p>
              </div>
              <button type="button" className="button" disabled={all.busy} onClick={() => void checkAll()}>
                {all.busy ? w.audit.checking : w.audit.checkAll}
              </button>
            </div>
          );
        }}
      </Loaded>
    </section>
  );
}

// It walks on from where it was: cheap, but nobody watches it by the second.
const CHAIN_PACE_MS = 5000;
