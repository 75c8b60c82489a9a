/** The list itself: new, find, and each conversation with what can be done with it. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ConversationView } from '../../../contract/api.ts';
import { messagesOf } from '../../locales/locale.ts';
import { Icon } from '../ui/Icon.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { Item } from './Item.tsx';
import type { ListState } from './list.ts';
import { RemoveDialog } from './RemoveDialog.tsx';

export interface SidebarProps {
  locale: string;
  state: ListState;
  /** The conversation that is open. */
  open: string | null;
  problem: string | null;
  said: string;
  /** By words of their titles. */
  find(search: string): Promise<readonly ConversationView[]>;
  onOpen(conversation: ConversationView): void;
  onBegin: (() => void) | null;
  onRename(sessionId: string, title: string): Promise<void>;
  onArchive(sessionId: string, archived: boolean): Promise<void>;
  onRemove(sessionId: string): Promise<void>;
  onMore(): void;
  onShowArchive(shown: boolean): void;
}

export function Sidebar(props: SidebarProps) {
  const { locale, state, open, problem, said, onBegin } = props;
  const t = messagesOf(locale);
  const [words, setWords] = useState('');
  const found = useFound(words, state, props.find);
  const [removing, setRemoving] = useState<ConversationView | null>(null);
  const [acting, setActing] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const isArchive = found === null && state.archived !== null;
  const shown = found ?? state.archived ?? state.items;
  const empty = found !== null ? t.noConversationFound : isArchive ? t.noneArchived : null;

  /** Arrows go from one conversation to the next, as in any list. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <nav className="conversations" aria-label={t.conversations}>
      <div className="conversations-head">
        <h2>{isArchive ? t.archived : t.conversations}</h2>
        {onBegin !== null && !isArchive && <IconButton icon="fresh" label={t.newChat} onClick={onBegin} />}
      </div>
      <input
        type="search"
        className="conversations-find"
        dir="auto"
        maxLength={200}
        aria-label={t.findConversation}
        placeholder={t.findConversation}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {problem !== null && (
        <p className="conversations-problem" role="alert">
          {problem}
        </p>
      )}
      <p className="only-read" role="status">
        {said}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the links in it are what is used */}
      <div className="conversations-scroll" onKeyDown={onKeyDown}>
        <ul ref={list}>
          {shown.map((conversation) => (
            <Item
              key={conversation.sessionId}
              locale={locale}
              conversation={conversation}
              isOpen={conversation.sessionId === open}
              isActing={conversation.sessionId === acting}
              onAct={(on) => setActing(on ? conversation.sessionId : null)}
              onOpen={() => props.onOpen(conversation)}
              onRename={(title) => props.onRename(conversation.sessionId, title)}
              onArchive={() => props.onArchive(conversation.sessionId, conversation.archivedAt === null)}
              onRemove={() => setRemoving(conversation)}
            />
          ))}
        </ul>
        {shown.length === 0 && state.loaded && empty !== null && <p className="conversations-none">{empty}</p>}
        {found === null && !isArchive && state.next !== null && (
          <button type="button" className="button conversations-more" onClick={props.onMore}>
            {t.moreConversations}
          </button>
        )}
      </div>
      {found === null && (
        <button
          type="button"
          className="button button-quiet conversations-archive"
          onClick={() => props.onShowArchive(!isArchive)}
        >
          <Icon name={isArchive ? 'back' : 'box'} />
          {isArchive ? t.backToConversations : t.archived}
        </button>
      )}
      {removing !== null && (
        <RemoveDialog
          locale={locale}
          title={removing.title ?? t.untitled}
          onCancel={() => setRemoving(null)}
          onConfirm={() => {
            setRemoving(null);
            void props.onRemove(removing.sessionId);
          }}
        />
      )}
    </nav>
  );
}

/** Null while nothing is looked for. Looks again when the list changes. */
function useFound(words: string, state: ListState, find: SidebarProps['find']): readonly ConversationView[] | null {
  const [found, setFound] = useState<readonly ConversationView[] | null>(null);
  const current = useRef(find);
  current.current = find;
  const search = words.trim();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is a reason to look again
  useEffect(() => {
    if (search === '') return setFound(null);
    let isLatest = true;
    const timer = setTimeout(async () => {
      const result = await current.current(search).catch(() => []);
      if (isLatest) setFound(result);
    }, TYPING_MS);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [search, state.items, state.archived]);
  return search === '' ? null : found;
}

const TYPING_MS = 150;
