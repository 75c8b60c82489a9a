/** How a turn stands or ended, in a word and a shape. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './ui/Icon.tsx';

export interface NoteProps {
  kind: 'wait' | 'bad';
  icon: IconName;
  title: string;
  children?: ReactNode;
}

export function Note({ kind, icon, title, children }: NoteProps) {
  return (
    <div className={`note note-${kind}`}>
      <Icon name={icon} />
      <div className="note-body">
        <strong>{title}</strong>
        {children}
      </div>
    </div>
  );
}
