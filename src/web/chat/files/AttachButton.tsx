/** Picks files; on a phone, its camera and its pictures too. */

import { useRef } from 'react';
import { IconButton } from '../ui/IconButton.tsx';
import { usePage } from '../ui/page.ts';

export function AttachButton({ onFiles, disabled }: { onFiles(files: File[]): void; disabled: boolean }) {
  const { t } = usePage();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="attach" label={t.attach} disabled={disabled} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          target.value = ''; // the same file may be picked again
        }}
      />
    </>
  );
}

/** With these an iPhone hands over its pictures as JPEG. */
const ACCEPTED = 'image/png,image/jpeg,image/gif,image/webp,application/pdf,text/*,.md,.csv,.json,.log,.yaml,.yml,.xml';
