/** Words in the place of the chat. */
import { IconButton } from '../chat/ui/IconButton.tsx';

export interface NoticeProps {
  title: string;
  text: string;
  /** For the application's developer. */
  detail?: string;
  again?: { label: string; run(): void };
  close: (() => void) | null;
  closeLabel: string;
}

export function Notice({ title, text, detail, again, close, closeLabel }: NoticeProps) {
  return (
    <main className="notice" role="alert">
      {close !== null && <IconButton icon="close" label={closeLabel} className="notice-close" onClick={close} />}
      <h1>{title}</h1>
      <p>{text}</p>
      {detail !== undefined && <p className="notice-detail">{detail}</p>}
      {again !== undefined && (
        <button type="button" className="button" onClick={again.run}>
          {again.label}
        </button>
      )}
    </main>
  );
}
