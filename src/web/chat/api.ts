/** The gateway's HTTP API, as the pages use it: the client that programs have, and what belongs to a browser's sign-in. */
import { attachmentClient } from '../../client/attachments.ts';
import { type ClientOptions, createClient, type PaliadinClient } from '../../client/client.ts';
import { type EventStream, openEventStream, type StreamHandlers } from '../../client/event-stream.ts';
import { createCall, createSend, type Fetch } from '../../client/request.ts';
import type { Reconnect, SignedIn, SignInWays, WouldReplace } from '../../contract/api.ts';
import type { Attachment } from '../../contract/attachment.ts';
import { download } from '../download.ts';
import type { SignInLink } from '../sign-in/sign-in-link.ts';

export interface Api
  extends Pick<
    PaliadinClient,
    'ask' | 'decide' | 'stop' | 'history' | 'giveFeedback' | 'reset' | 'conversations' | 'me' | 'attachments'
  > {
  /** As `attachments.upload`; `onProgress` gets a share from 0 to 1. */
  upload(file: File, signal: AbortSignal, onProgress: (share: number) => void): Promise<Attachment>;
  signInWays(): Promise<SignInWays>;
  /** Changes nothing where somebody else is signed in in this browser, unless `replace` says so. */
  signIn(link: SignInLink, replace: boolean): Promise<SignedIn | WouldReplace>;
  signOut(): Promise<void>;
  /** All of one's events after this one, as they happen, and how the connection is. */
  follow(after: number, handlers: StreamHandlers): EventStream;
  /** The whole history as a file. */
  saveHistory(): Promise<void>;
}

export interface ApiOptions extends Pick<ClientOptions, 'pause'> {
  /** A fetch that tells how much it has sent. */
  uploading?: (onProgress: (share: number) => void) => Fetch;
  /** The gateway says that the sign-in of a stream was ended. */
  onEnded?(): void;
}

/** `locale` is read at each call, because a person may switch it. */
export function createApi(
  locale: () => string,
  fetch: Fetch,
  { uploading = () => fetch, onEnded, ...options }: ApiOptions = {},
): Api {
  const client = createClient({ locale, fetch, ...options });
  const { ask, decide, stop, history, giveFeedback, reset, conversations, me, attachments } = client;
  const call = createCall(locale, fetch);
  const json = async <T>(...request: Parameters<typeof call>) => (await call(...request)).json as T;

  return {
    ask,
    decide,
    stop,
    history,
    giveFeedback,
    reset,
    conversations,
    me,
    attachments,
    upload: (file, signal, onProgress) => attachmentClient(uploading(onProgress), locale).upload(file, { signal }),
    signInWays: () => json('GET', '/api/auth/ways'),
    signIn: ({ kind, secret }, replace) => json('POST', `/api/auth/${kind}`, { body: { [kind]: secret, replace } }),
    signOut: async () => void (await call('POST', '/api/auth/sign-out')),
    follow: (after, { onMessage, ...handlers }) =>
      openEventStream(fetch, `/api/events?after=${after}&locale=${locale()}`, {
        ...handlers,
        onMessage(message) {
          if (message.type === 'reconnect' && (JSON.parse(message.data) as Reconnect).reason === 'signed_out')
            onEnded?.();
          onMessage(message);
        },
      }),
    saveHistory: () => download(createSend(locale, fetch), `/api/turns/export?locale=${locale()}`),
  };
}
