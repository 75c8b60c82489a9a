/** The user's conversations at the side, and the one that is open. Where each user has one, only that. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ConversationView } from '../../../contract/api.ts';
import { messagesOf } from '../../locales/locale.ts';
import { Chat, type ChatProps } from '../Chat.tsx';
import { dropDraft } from '../draft.ts';
import type { OpenedConversation } from '../useController.ts';
import { addressOf, conversationInAddress, stateOf } from './address.ts';
import './conversations.css';
import { type ConversationList, createList, sentenceOf } from './list.ts';
import { Side, SideBar, useSide } from './Side.tsx';
import { Sidebar } from './Sidebar.tsx';

export type ConversationsProps = Omit<ChatProps, 'conversation' | 'follower' | 'sideBar' | 'onOpen'>;

export function Conversations(props: ConversationsProps) {
  return props.me.conversations === 'one' ? <OneConversation {...props} /> : <ManyConversations {...props} />;
}

function OneConversation(props: ConversationsProps) {
  const { name: sessionId, generation, moved } = props.me.session;
  return <Chat {...props} conversation={{ sessionId, generation, moved }} follower={null} />;
}

function ManyConversations(props: ConversationsProps) {
  const { me, api, kept, locale, onSignedOut, around = null } = props;
  // In a page of others, back and forward are that page's.
  const push = around === null ? 'pushState' : 'replaceState';
  const t = messagesOf(locale);
  const side = useSide(kept);
  const [open, setOpen] = useState<OpenedConversation | null>(() => lastUsed(me));
  const [problem, setProblem] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const wanted = useRef<string | null>(null);

  /** Shows a conversation; what is known of it, or else what the gateway says. */
  const show = useCallback(
    async (sessionId: string, known: OpenedConversation | null, how: 'push' | 'replace' | 'stay') => {
      wanted.current = sessionId;
      if (how === 'push' && conversationInAddress(me.user.id) !== sessionId)
        history[push](stateOf(me.user.id), '', addressOf(sessionId));
      if (how !== 'push')
        history.replaceState(stateOf(me.user.id), '', how === 'replace' ? addressOf(sessionId) : undefined);
      if (known !== null) return setOpen(known);
      try {
        const found = await api.conversations.get(sessionId);
        if (wanted.current === sessionId) setOpen(found);
      } catch (error) {
        if (wanted.current !== sessionId) return;
        setProblem(sentenceOf(error, messagesOf(locale).conversationGone));
        await showLastRef.current();
      }
    },
    [api, locale, push, me.user.id],
  );

  const listRef = useRef<ConversationList | null>(null);
  const showLast = useCallback(async () => {
    const [first] = listRef.current?.getState().items ?? [];
    if (first !== undefined) return show(first.sessionId, first, 'replace');
    try {
      // Also begins one where there is none any more.
      const { session } = await api.me();
      const { name: sessionId, generation, moved } = session;
      await show(sessionId, { sessionId, generation, moved }, 'replace');
      await listRef.current?.refresh();
    } catch (error) {
      onSignedOut(error);
    }
  }, [api, show, onSignedOut]);
  const showLastRef = useRef(showLast);
  showLastRef.current = showLast;

  const list = useMemo(
    () =>
      createList({
        api,
        isVisible: () => document.visibilityState === 'visible',
        onGone: (sessionId) => {
          dropDraft(kept, { userId: me.user.id, sessionId });
          if (wanted.current === sessionId) void showLastRef.current();
        },
      }),
    [api, kept, me.user.id],
  );
  listRef.current = list;
  const state = useSyncExternalStore(list.subscribe, list.getState);

  // From the address, at the start and where the browser goes back or forward.
  // biome-ignore lint/correctness/useExhaustiveDependencies: in between, nothing else opens a conversation
  useEffect(() => {
    const follow = () => {
      const named = conversationInAddress(me.user.id);
      const { name, generation, moved } = me.session;
      const sessionId = named ?? name;
      const known = list.getState().items.find((one) => one.sessionId === sessionId);
      const atFirst = sessionId === name ? { sessionId, generation, moved } : null;
      void show(sessionId, known ?? atFirst, named === null ? 'replace' : 'stay');
    };
    follow();
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, [list]);

  const sessionId = open?.sessionId ?? null;
  const isShown = around?.conversationShown;
  useEffect(() => {
    if (sessionId !== null) isShown?.(sessionId);
  }, [isShown, sessionId]);
  useEffect(() => {
    const look = () => list.look(document.visibilityState === 'visible' ? sessionId : null);
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [list, sessionId]);

  const title = state.items.find((one) => one.sessionId === sessionId)?.title ?? null;
  useEffect(() => {
    document.title = title === null ? t.appName : `${title} – ${t.appName}`;
  }, [title, t]);

  const begin = async () => {
    setProblem(null);
    // One that was begun and not used is a new one.
    const unused = state.items.find(isUnused);
    if (unused !== undefined) return show(unused.sessionId, unused, 'push');
    try {
      const made = await api.conversations.create();
      list.put(made);
      await show(made.sessionId, made, 'push');
    } catch (error) {
      setProblem(sentenceOf(error, t.notDone));
    }
  };
  /** For what is done with one conversation of the list. */
  const attempt = async (work: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(sentenceOf(error, t.notDone));
    }
  };
  const onBegin = me.canAsk
    ? () => {
        void begin();
        side.close();
      }
    : null;
  const change = (how: () => Promise<ConversationView>) => attempt(async () => list.put(await how()));

  const panel = (
    <Sidebar
      locale={locale}
      state={state}
      open={sessionId}
      problem={problem}
      said={said}
      find={async (search) => (await api.conversations.list({ search, limit: FOUND })).conversations}
      onOpen={(conversation) => {
        setProblem(null);
        void show(conversation.sessionId, conversation, 'push');
        side.close();
      }}
      onBegin={onBegin}
      onRename={(id, written) => change(() => api.conversations.rename(id, written))}
      onArchive={(id, archived) =>
        change(() => (archived ? api.conversations.archive(id) : api.conversations.unarchive(id)))
      }
      onRemove={(id) =>
        attempt(async () => {
          const { hostAway } = await api.conversations.delete(id);
          list.drop(id);
          setSaid(hostAway ? t.removedLater : t.removed);
        })
      }
      onMore={() => attempt(list.more)}
      onShowArchive={(shown) => attempt(() => list.showArchive(shown))}
    />
  );

  if (open === null) return null;
  return (
    <div className="workspace">
      <Side side={side} locale={locale}>
        {panel}
      </Side>
      <Chat
        // Each has its own history, draft and stream.
        key={open.sessionId}
        {...props}
        conversation={open}
        follower={list}
        sideBar={<SideBar side={side} locale={locale} title={title ?? t.untitled} onBegin={onBegin} />}
        onOpen={(id) => void show(id, list.getState().items.find((one) => one.sessionId === id) ?? null, 'push')}
      />
    </div>
  );
}

/** Known from the sign-in on, without another request. */
function lastUsed({ session, user }: ConversationsProps['me']): OpenedConversation | null {
  const named = conversationInAddress(user.id);
  const { name: sessionId, generation, moved } = session;
  return named === null || named === sessionId ? { sessionId, generation, moved } : null;
}

function isUnused({ title, state }: ConversationView): boolean {
  return title === null && state === 'idle';
}

const FOUND = 50;
