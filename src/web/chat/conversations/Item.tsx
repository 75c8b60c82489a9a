/** One conversation of the list. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { ConversationView } from '../../../contract/api.ts';
import { MAX_TITLE_LENGTH } from '../../../contract/names.ts';
import { messagesOf } from '../../locales/locale.ts';
import { IconButton } from '../ui/IconButton.tsx';
import { addressOf } from './address.ts';

export interface ItemProps {
  locale: string;
  conversation: ConversationView;
  isOpen: boolean;
  /** What can be done with it is shown. */
  isActing: boolean;
  onAct(on: boolean): void;
  onOpen(): void;
  onRename(title: string): Promise<void>;
  onArchive(): Promise<void>;
  onRemove(): void;
}

export function Item({ locale, conversation, isOpen, isActing, onAct, onOpen, onRename, ...on }: ItemProps) {
  const t = messagesOf(locale);
  const { sessionId, archivedAt } = conversation;
  const title = conversation.title ?? t.untitled;
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const finish = () => {
    setRenaming(false);
    onAct(false);
    // Once the link is there again.
    setTimeout(() => link.current?.focus(), 0);
  };

  if (renaming) {
    return (
      <li className="conversations-item">
        <Rename
          label={t.renameField}
          title={title}
          onCancel={finish}
          onSave={(written) => {
            if (written !== '' && written !== title) void onRename(written);
            finish();
          }}
        />
      </li>
    );
  }
  return (
    <li className={isOpen ? 'conversations-item conversations-item-open' : 'conversations-item'}>
      <div className="conversations-row">
        <a
          ref={link}
          href={addressOf(sessionId)}
          aria-current={isOpen ? 'page' : undefined}
          title={title}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return; // another tab or window
            event.preventDefault();
            onOpen();
          }}
        >
          <span className="conversations-title" dir="auto">
            {title}
          </span>
          <Mark locale={locale} conversation={conversation} />
        </a>
        <IconButton
          icon="more"
          label={t.moreOf(title)}
          className="conversations-act"
          aria-expanded={isActing}
          onClick={() => onAct(!isActing)}
        />
      </div>
      {isActing && (
        <div className="conversations-actions">
          <button type="button" className="button button-quiet" onClick={() => setRenaming(true)}>
            {t.rename}
          </button>
          <button
            type="button"
            className="button button-quiet"
            onClick={() => {
              onAct(false);
              void on.onArchive();
            }}
          >
            {archivedAt === null ? t.archive : t.unarchive}
          </button>
          <button type="button" className="button button-quiet" onClick={on.onRemove}>
            {t.remove}
          </button>
        </div>
      )}
    </li>
  );
}

/** A word and a shape: what happens there, or that something new is there. */
function Mark({ locale, conversation: { state, unread } }: { locale: string; conversation: ConversationView }) {
  const t = messagesOf(locale);
  if (state === 'idle' && !unread) return null;
  const words = state === 'idle' ? t.unread : t.conversationStates[state];
  return (
    <span className={`conversations-mark conversations-mark-${state === 'idle' ? 'unread' : state}`}>{words}</span>
  );
}

function Rename({
  label,
  title,
  onSave,
  onCancel,
}: {
  label: string;
  title: string;
  onSave(written: string): void;
  onCancel(): void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSave(field.current?.value.trim() ?? '');
  };
  return (
    <form className="conversations-rename" onSubmit={onSubmit}>
      <input
        ref={field}
        type="text"
        dir="auto"
        aria-label={label}
        defaultValue={title}
        maxLength={MAX_TITLE_LENGTH}
        onBlur={() => onSave(field.current?.value.trim() ?? '')}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          // Neither stops an answer nor closes the drawer.
          event.preventDefault();
          event.stopPropagation();
          onCancel();
        }}
      />
    </form>
  );
}
