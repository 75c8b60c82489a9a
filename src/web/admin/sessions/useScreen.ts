/** What a terminal shows, as it changes. While nobody looks, nothing is asked of the host. */
import { useEffect, useState } from 'react';
import type { ScreenView } from '../../../contract/screen.ts';
import type { EventStream } from '../../event-stream.ts';
import { useAdmin } from '../page.ts';

export interface ScreenState {
  /** Null before the first. */
  screen: ScreenView | null;
  line: 'open' | 'paused' | 'lost';
}

export function useScreen(name: string): ScreenState {
  const { follow } = useAdmin();
  const [state, setState] = useState<ScreenState>({ screen: null, line: 'open' });
  useEffect(() => {
    let source: EventStream | null = null;
    let retry: number | undefined;
    let failures = 0;

    const close = () => {
      window.clearTimeout(retry);
      source?.close();
      source = null;
    };
    const open = () => {
      close();
      const again = () => {
        close();
        retry = window.setTimeout(open, Math.min(MAX_PAUSE_MS, 1000 * 2 ** failures++));
        if (failures > 1) setState((before) => ({ ...before, line: 'lost' }));
      };
      source = follow(`/api/admin/sessions/${encodeURIComponent(name)}/screen`, {
        onOpen: () => undefined,
        onSilent: () => setState((before) => ({ ...before, line: 'lost' })),
        onError: again,
        onMessage: ({ type, data }) => {
          if (type === 'reconnect') return again();
          if (type !== 'screen') return;
          failures = 0;
          setState({ screen: JSON.parse(data) as ScreenView, line: 'open' });
        },
      });
    };
    const onVisibility = () => {
      if (document.visibilityState === 'visible') return open();
      close();
      setState((before) => ({ ...before, line: 'paused' }));
    };

    document.addEventListener('visibilitychange', onVisibility);
    if (document.visibilityState === 'visible') open();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      close();
    };
  }, [name, follow]);
  return state;
}

const MAX_PAUSE_MS = 15_000;
