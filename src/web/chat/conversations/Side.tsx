/** Where the list is: beside the conversation where there is room, and can be folded away; else in a drawer. */
import { type ReactNode, useCallback, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { messagesOf } from '../../locales/locale.ts';
import type { Memory } from '../../storage.ts';
import { IconButton } from '../ui/IconButton.tsx';

export interface SideState {
  id: string;
  /** There is room for it beside the conversation. */
  isWide: boolean;
  shown: boolean;
  toggle(): void;
  /** Closes the drawer; beside the conversation the list stays. */
  close(): void;
}

export function useSide(memory: Memory): SideState {
  const isWide = useSyncExternalStore(onWidth, () => window.matchMedia(WIDE).matches);
  const [folded, setFolded] = useState(() => memory.getItem(KEY) === 'folded');
  const [drawn, setDrawn] = useState(false);
  const close = useCallback(() => setDrawn(false), []);
  const toggle = () => {
    if (!isWide) return setDrawn(!drawn);
    memory.setItem(KEY, folded ? 'shown' : 'folded');
    setFolded(!folded);
  };
  return { id: useId(), isWide, shown: isWide ? !folded : drawn, toggle, close };
}

/** In the head of the page: shows and hides the list, and begins a conversation while it is hidden. */
export function SideBar({
  side,
  locale,
  title,
  onBegin,
}: {
  side: SideState;
  locale: string;
  /** Of the conversation that is open. */
  title: string;
  /** Null where nothing can be begun. */
  onBegin: (() => void) | null;
}) {
  const t = messagesOf(locale);
  const label = side.shown ? t.hideConversations : t.showConversations;
  return (
    <div className="side-bar">
      <IconButton
        icon="side"
        label={label}
        aria-expanded={side.shown}
        aria-controls={side.shown ? side.id : undefined}
        onClick={side.toggle}
      />
      {onBegin !== null && !side.shown && <IconButton icon="fresh" label={t.newChat} onClick={onBegin} />}
      <span className="side-title" dir="auto" title={title}>
        {title}
      </span>
    </div>
  );
}

export function Side({ side, locale, children }: { side: SideState; locale: string; children: ReactNode }) {
  const { id, isWide, shown, close } = side;
  if (!shown) return null;
  if (isWide) {
    return (
      <div id={id} className="side">
        {children}
      </div>
    );
  }
  return (
    <Drawer id={id} label={messagesOf(locale).conversations} onClose={close}>
      {children}
    </Drawer>
  );
}

/** A dialog keeps the focus, closes with Escape, and gives the focus back. */
function Drawer({ id, label, onClose, children }: { id: string; label: string; onClose(): void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      id={id}
      className="side side-drawer"
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        // What is beside the drawer is its backdrop.
        if (event.target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={(event) => {
        // Closes the drawer, and stops no answer.
        if (event.key === 'Escape') event.nativeEvent.stopImmediatePropagation();
      }}
    >
      {children}
    </dialog>
  );
}

function onWidth(listener: () => void): () => void {
  const query = window.matchMedia(WIDE);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** A line of text beside the list is still comfortable to read. */
const WIDE = '(min-width: 56rem)';
const KEY = 'paliadin.conversations';
