/** The files of a question: pictures small, others by name. A click saves the file. */
import { useContext, useEffect, useRef, useState } from 'react';
import { type Attachment, isImage } from '../../../contract/attachment.ts';
import { kilobytes } from '../../locales/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { FilesContext } from './context.ts';
import './files.css';

export interface FileListProps {
  files: readonly Attachment[];
  locale: string;
  words: { files: string; saveFile(name: string): string; fileGone(name: string): string };
  announce(text: string): void;
}

export function FileList({ files, locale, words, announce }: FileListProps) {
  const read = useContext(FilesContext);
  if (files.length === 0) return null;
  const save = async ({ id, name }: Attachment) => {
    try {
      saveAs(await read(id), name);
    } catch {
      announce(words.fileGone(name));
    }
  };
  return (
    <ul className="files" aria-label={words.files}>
      {files.map((file) => (
        <li key={file.id}>
          <button type="button" className="file" title={words.saveFile(file.name)} onClick={() => void save(file)}>
            {isImage(file.type) ? <Thumbnail file={file} /> : <Icon name="file" />}
            <span className="file-name">{file.name}</span>
            <span className="file-size">{kilobytes(file.size, locale)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Fetched once it comes into view: a long conversation may have many. */
function Thumbnail({ file }: { file: Attachment }) {
  const read = useContext(FilesContext);
  const [url, setUrl] = useState<string | null>(null);
  const place = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    let made: string | null = null;
    let over = false;
    const show = async () => {
      const blob = await read(file.id).catch(() => null);
      if (blob === null || over) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    };
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      void show();
    });
    if (place.current !== null) observer.observe(place.current);
    return () => {
      over = true;
      observer.disconnect();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [read, file.id]);

  return (
    <span className="file-picture" ref={place}>
      {url !== null && <img src={url} alt="" />}
    </span>
  );
}

function saveAs(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  window.setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** The browser has begun to write it by then. */
const KEPT_MS = 60_000;
