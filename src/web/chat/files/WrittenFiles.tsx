/** The files of the question that is being written: what they are, how far they are sent, and away with them. */

import { kilobytes } from '../../locales/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { usePage } from '../ui/page.ts';
import './files.css';
import type { Files } from './useFiles.ts';

export function WrittenFiles({ files, onRemoved }: { files: Files; onRemoved(): void }) {
  const { t, locale } = usePage();
  if (files.list.length === 0) return null;
  return (
    <ul className="files composer-files" aria-label={t.filesToSend}>
      {files.list.map(({ key, name, size, preview, sent, uploaded, problem }) => (
        <li key={key} className={problem === null ? 'file' : 'file file-failed'}>
          {preview === null ? (
            <Icon name={problem === null ? 'file' : 'alert'} />
          ) : (
            <span className="file-picture">
              <img src={preview} alt="" />
            </span>
          )}
          <span className="file-name" title={name}>
            {name}
          </span>
          {problem === null ? (
            <span className="file-size">{kilobytes(size, locale)}</span>
          ) : (
            <span className="file-problem">{problem}</span>
          )}
          {uploaded === null && problem === null && (
            <progress className="file-progress" value={sent} aria-label={t.sendingFile(name)} />
          )}
          <IconButton
            icon="close"
            label={t.removeFile(name)}
            onClick={() => {
              files.remove(key);
              onRemoved();
            }}
          />
        </li>
      ))}
    </ul>
  );
}
