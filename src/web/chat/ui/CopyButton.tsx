/** Copies, and says that it did. */
import { useEffect, useState } from 'react';
import { copy } from './copy.ts';
import { IconButton } from './IconButton.tsx';
import { usePage } from './page.ts';

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t, announce } = usePage();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => setCopied(false), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [copied]);

  const onClick = async () => {
    const done = await copy(text);
    setCopied(done);
    announce(done ? t.copied : t.copyFailed);
  };

  return <IconButton icon={copied ? 'check' : 'copy'} label={label} onClick={onClick} />;
}

const SHOWN_MS = 2000;
