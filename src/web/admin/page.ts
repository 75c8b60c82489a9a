/** What every part of the dashboard needs: its words, the reader's locale, who they are, and the way to the gateway. */
import { createContext, useContext } from 'react';
import type { EventStream, StreamHandlers } from '../../client/event-stream.ts';
import type { Call } from '../../client/request.ts';
import type { Me } from '../../contract/api.ts';
import type { Live } from './data/live.ts';
import type { Words } from './locales/en.ts';

export interface AdminPage {
  w: Words;
  locale: string;
  me: Me;
  call: Call;
  live: Live;
  /** Server-sent events of this path. */
  follow(path: string, handlers: StreamHandlers): EventStream;
  /** Saves what is at this path as a file. @throws Refusal, Unreachable */
  save(path: string): Promise<void>;
  /** A file of somebody's question. @throws Refusal, Unreachable */
  readFile(id: string): Promise<Blob>;
  /** A voice for the status region. */
  announce(text: string): void;
  onTurnedAway(): void;
}

export const AdminContext = createContext<AdminPage | null>(null);

export function useAdmin(): AdminPage {
  const page = useContext(AdminContext);
  if (page === null) throw new Error('useAdmin outside of the dashboard');
  return page;
}
