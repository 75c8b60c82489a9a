/** Words in the place of the chat. */
import { Icon } from '../chat/ui/Icon.tsx';

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
      {close !== null && (
        <button
          type="button"
          className="button button-quiet button-icon notice-close"
          aria-label={closeLabel}
          title={closeLabel}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      )}
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
