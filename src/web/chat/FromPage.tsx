/** What goes along with the question: the page, and what it says about itself. The person can take each piece away. */
import type { Around } from './around.ts';
import { IconButton } from './ui/IconButton.tsx';
import { usePage } from './ui/page.ts';

export interface FromPageProps {
  page: string | null;
  around: Around | null;
  onDropPage(): void;
}

export function FromPage({ page, around, onDropPage }: FromPageProps) {
  const { t } = usePage();
  const title = around?.title ?? null;
  const pieces = around?.items ?? [];
  return (
    <>
      {(page !== null || title !== null) && (
        <Piece
          name={t.fromPage}
          text={title ?? page ?? ''}
          whole={[title, page]}
          label={t.dropPage}
          onDrop={onDropPage}
        />
      )}
      {pieces.map(([name, text]) => (
        <Piece
          key={name}
          name={name}
          text={text}
          whole={[text]}
          label={t.dropPiece(name)}
          onDrop={() => around?.drop(name)}
        />
      ))}
    </>
  );
}

interface PieceProps {
  name: string;
  text: string;
  /** All that is sent of it. */
  whole: readonly (string | null)[];
  label: string;
  onDrop(): void;
}

function Piece({ name, text, whole, label, onDrop }: PieceProps) {
  return (
    <div className="composer-page">
      <span className="composer-page-name" dir="auto" title={whole.filter((each) => each !== null).join('\n')}>
        <span>{name}</span> {text}
      </span>
      <IconButton icon="close" label={label} onClick={onDrop} />
    </div>
  );
}
