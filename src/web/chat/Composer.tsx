/** Where a question is written. */
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type ReactNode, type RefObject, useId } from 'react';
import type { Me } from '../../contract/api.ts';
import { utf8Length } from '../../contract/utf8.ts';
import { kilobytes } from '../locales/format.ts';
import type { Around } from './around.ts';
import './composer.css';
import type { Controller } from './controller.ts';
import { FromPage } from './FromPage.tsx';
import { AttachButton } from './files/AttachButton.tsx';
import type { Files } from './files/useFiles.ts';
import { WrittenFiles } from './files/WrittenFiles.tsx';
import type { ChatState } from './state.ts';
import { Icon } from './ui/Icon.tsx';
import { IconButton } from './ui/IconButton.tsx';
import { usePage } from './ui/page.ts';
import { useAutosize } from './ui/useAutosize.ts';

export interface ComposerProps {
  ref: RefObject<HTMLTextAreaElement | null>;
  state: ChatState;
  controller: Controller;
  me: Me;
  page: string | null;
  around: Around | null;
  onDropPage(): void;
  /** Null where none are taken. */
  files: Files | null;
  /** Files are being dragged over the page. */
  isDragged: boolean;
  /** Null where nothing can be stopped. */
  onStop: (() => void) | null;
  /** The status region. */
  children: ReactNode;
}

export function Composer({
  ref,
  state,
  controller,
  me,
  page,
  around,
  onDropPage,
  files,
  isDragged,
  onStop,
  children,
}: ComposerProps) {
  const { t } = usePage();
  const { draft, sending, problem } = state;
  const id = useId();
  const bytes = utf8Length(draft);
  const most = me.limits.messageBytes;
  // A picture may say it all.
  const saysAnything = draft.trim() !== '' || (files !== null && files.list.length > 0);
  const canSend = saysAnything && bytes <= most && sending === null && files?.ready !== false;
  useAutosize(ref, draft);

  const send = () => {
    if (canSend) void sendWithFiles();
    ref.current?.focus();
  };
  const sendWithFiles = async () => {
    const taken = files?.take() ?? [];
    const uploaded = taken.flatMap((file) => file.uploaded ?? []);
    if (await controller.send(page, uploaded)) files?.done(taken);
    else files?.restore(taken);
  };
  const onPaste = (event: ClipboardEvent) => {
    const { clipboardData } = event;
    const pasted = [...clipboardData.files];
    // What is copied from a document or a table comes as text and as a picture of it: the text is meant.
    const isText = clipboardData.getData('text/html') !== '' && clipboardData.getData('text/plain').trim() !== '';
    if (pasted.length === 0 || isText) return;
    event.preventDefault();
    if (files === null) controller.explain(t.noFiles);
    else files.add(pasted);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter picks a word. Safari says so only by the key code.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };

  if (!me.canAsk) {
    return (
      <div className="composer">
        <p className="composer-closed" role="note">
          <Icon name="alert" />
          {me.whyNot?.message}
        </p>
        {children}
      </div>
    );
  }
  return (
    <form className="composer" onSubmit={onSubmit}>
      {problem !== null && (
        <div className="composer-problem" role="alert">
          <Icon name="alert" />
          <p>{problem}</p>
          <IconButton
            icon="close"
            label={t.dismiss}
            onClick={() => {
              controller.dismissProblem();
              ref.current?.focus();
            }}
          />
        </div>
      )}
      <div className="composer-box">
        <FromPage page={page} around={around} onDropPage={onDropPage} />
        {files !== null && <WrittenFiles files={files} onRemoved={() => ref.current?.focus()} />}
        {isDragged && <p className="drop-here">{files === null ? t.noFiles : t.dropHere}</p>}
        <label className="only-read" htmlFor={id}>
          {t.question}
        </label>
        <textarea
          id={id}
          ref={ref}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={t.placeholder}
          enterKeyHint="send"
          aria-invalid={bytes > most}
          aria-describedby={`${id}-size`}
          onChange={(event) => controller.write(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <div className="composer-actions">
          {files !== null && (
            <AttachButton onFiles={files.add} disabled={files.list.length >= me.limits.attachments.count} />
          )}
          {onStop !== null && (
            <button type="button" className="button" onClick={onStop}>
              <Icon name="stop" />
              {t.stop}
            </button>
          )}
          <button type="submit" className="button button-main" disabled={!canSend}>
            <Icon name="send" />
            {t.send}
          </button>
        </div>
        <p id={`${id}-size`} className={bytes > most ? 'composer-size composer-size-over' : 'composer-size'}>
          <Size bytes={bytes} most={most} />
        </p>
      </div>
      <div className="composer-foot">
        {children}
        {state.connection === 'live' && <p className="composer-keys">{t.keys}</p>}
      </div>
    </form>
  );
}

/** Nothing, until the end of what is taken comes near. */
function Size({ bytes, most }: { bytes: number; most: number }) {
  const { t, locale } = usePage();
  if (bytes <= most * NEAR) return null;
  const words = [kilobytes(bytes, locale), kilobytes(most, locale)] as const;
  return <>{bytes > most ? t.tooLong(...words) : t.nearLimit(...words)}</>;
}

const NEAR = 0.8;
