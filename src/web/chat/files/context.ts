/** How the bytes of a question's file are got. A context, since the chat and the dashboard get them in their own ways. */
import { createContext } from 'react';

export const FilesContext = createContext<(id: string) => Promise<Blob>>(() => Promise.reject(new Error('no files')));
