/** What a terminal shows, as it changes. While nobody looks, nothing is asked of the host. */
import { useEffect, useState } from 'react';
import type { ScreenView } from '../../../contract/screen.ts';
import { keepStream } from '../../kept-stream.ts';
import { useAdmin } from '../page.ts';

export interface ScreenState {
  /** Null before the first. */
  screen: ScreenView | null;
  line: 'open' | 'paused' | 'lost';
}

export function useScreen(name: string): ScreenState {
  const { follow } = useAdmin();
  const [state, setState] = useState<ScreenState>({ screen: null, line: 'open' });
  useEffect(
    () =>
      keepStream({
        load: async () => undefined,
        open: (_, handlers) => follow(`/api/admin/sessions/${encodeURIComponent(name)}/screen`, handlers),
        onMessage({ type, data }) {
          if (type === 'screen') setState({ screen: JSON.parse(data) as ScreenView, line: 'open' });
        },
        onState: (state) => setState((before) => ({ ...before, line: state === 'live' ? 'open' : 'lost' })),
        hiddenMs: 0,
        onRest: () => setState((before) => ({ ...before, line: 'paused' })),
        now: () => Date.now(),
        random: () => Math.random(),
      }),
    [name, follow],
  );
  return state;
}
