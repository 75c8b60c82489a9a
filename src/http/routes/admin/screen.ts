import { z } from 'zod';
import type { ScreenView } from '../../../contract/admin.ts';
import { sessionParams } from '../../../contract/admin.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import type { Streams } from '../../streams.ts';
import type { Readings } from './readings.ts';

type Needs = Pick<ServerOptions, 'store' | 'backend'>;

export function screenRoute(app: App, { store, backend }: Needs, streams: Streams, onRecord: Readings): void {
  app.get(
    '/api/admin/sessions/:name/screen',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'What a terminal shows, as it changes',
        description:
          'Server-sent events of type `screen`: one at once, then one whenever something was drawn, at most four a ' +
          'second. Nothing is typed. While nobody looks, nothing is asked of the host.',
        params: sessionParams,
        response: responses(
          { 200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } } },
          ...(['bad_request', 'not_found', 'disabled', 'mriver_unreachable', 'shim_outdated'] as const),
        ),
      },
    },
    async (request, reply) => {
      const session = await store.sessions.get(request.params.name);
      if (session === null) throw new PaliadinError('not_found', 'there is no session with this name');
      streams.requireRoom(request);
      const actor = userOf(request).id;
      await onRecord({ actor, action: 'read.screen', subject: session.userId, detail: { session: session.name } });
      return streams.send(request, reply, (signal) => screens(backend, session.name, signal));
    },
  );
}

/** At the reader’s pace: the next picture is made when this one was taken. */
async function* screens(
  backend: Needs['backend'],
  session: string,
  signal: AbortSignal,
): AsyncGenerator<{ id: number; event: { type: 'screen' } & ScreenView }> {
  let next: ScreenView | null = null;
  let taken = () => {};
  let wake = () => {};
  let over: { error: unknown } | null = null;
  const leave = new AbortController();
  const stop = () => {
    leave.abort();
    wake();
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  leave.signal.addEventListener('abort', () => taken());
  const show = (screen: ScreenView) => {
    next = screen;
    wake();
    return new Promise<void>((resolve) => {
      taken = resolve;
      if (leave.signal.aborted) resolve();
    });
  };
  backend
    .watchScreen(session, show, leave.signal)
    .then(
      () => {
        over = { error: null };
      },
      (error: unknown) => {
        over = { error };
      },
    )
    .finally(() => wake());
  try {
    for (let id = 1; ; id++) {
      while (next === null && over === null && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const screen: ScreenView | null = next;
      if (screen === null) {
        const ended = over as { error: unknown } | null;
        if (ended?.error && !signal.aborted) throw ended.error;
        return;
      }
      next = null;
      yield { id, event: { type: 'screen', ...(screen as ScreenView) } };
      taken();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
