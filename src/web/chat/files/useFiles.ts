/** The files that are attached to the question that is being written. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Refusal, Unreachable } from '../../../client/request.ts';
import type { Attachment, AttachmentLimits } from '../../../contract/attachment.ts';
import type { Messages } from '../../locales/en.ts';
import { kilobytes } from '../../locales/format.ts';
import type { Api } from '../api.ts';

export interface WrittenFile {
  /** Of this page. */
  key: number;
  name: string;
  size: number;
  /** Of a picture, for its preview. */
  preview: string | null;
  /** From 0 to 1. */
  sent: number;
  /** Null until it is uploaded. */
  uploaded: Attachment | null;
  /** Why it can't be sent, for the person. */
  problem: string | null;
}

export interface Files {
  list: readonly WrittenFile[];
  /** All of them can be sent. */
  ready: boolean;
  add(files: readonly File[]): void;
  remove(key: number): void;
  /** Takes the files out, for a question that is being sent. */
  take(): readonly WrittenFile[];
  /** Puts them back: the question was not taken. */
  restore(files: readonly WrittenFile[]): void;
  /** They are in a question now. */
  done(files: readonly WrittenFile[]): void;
}

export interface FilesOptions {
  api: Pick<Api, 'attachments' | 'upload'>;
  limits: AttachmentLimits;
  t: Messages;
  locale: string;
  announce(text: string): void;
  /** Where all see it. */
  explain(text: string): void;
}

export function useFiles(options: FilesOptions): Files {
  const [list, setList] = useState<readonly WrittenFile[]>([]);
  const current = useRef({ list, options });
  current.current.options = options;
  const uploads = useRef(new Map<number, AbortController>());
  const tail = useRef(Promise.resolve());

  const change = useCallback((next: (list: readonly WrittenFile[]) => readonly WrittenFile[]) => {
    current.current.list = next(current.current.list);
    setList(current.current.list);
  }, []);
  const update = useCallback(
    (key: number, fields: Partial<WrittenFile>) =>
      change((files) => files.map((file) => (file.key === key ? { ...file, ...fields } : file))),
    [change],
  );

  const upload = useCallback(
    async (key: number, file: File) => {
      const abort = uploads.current.get(key);
      if (abort === undefined || abort.signal.aborted) return;
      const { api, t, announce } = current.current.options;
      try {
        const uploaded = await api.upload(file, abort.signal, (sent) => update(key, { sent }));
        update(key, { uploaded, name: uploaded.name, sent: 1 });
        announce(t.attached(uploaded.name));
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = error instanceof Refusal ? error.body.message : t.fileNotSent;
        if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
        update(key, { problem });
        announce(`${file.name}: ${problem}`);
      } finally {
        uploads.current.delete(key);
      }
    },
    [update],
  );

  const add = useCallback(
    (files: readonly File[]) => {
      const { limits, t, locale, announce, explain } = current.current.options;
      const room = Math.max(0, limits.count - current.current.list.length);
      if (files.length > room) explain(t.tooManyFiles(limits.count));
      const added = files.slice(0, Math.max(room, 0)).map((file): [WrittenFile, File] => {
        const problem = file.size > limits.bytes ? t.fileTooLarge(kilobytes(limits.bytes, locale)) : null;
        const preview = PREVIEWED.includes(file.type) && problem === null ? URL.createObjectURL(file) : null;
        const { name, size } = file;
        return [{ key: nextKey++, name: name || t.file, size, preview, sent: 0, uploaded: null, problem }, file];
      });
      change((list) => [...list, ...added.map(([written]) => written)]);
      // One after the other: on a slow line the first is there sooner.
      for (const [{ key, name, problem }, file] of added) {
        if (problem !== null) announce(`${name}: ${problem}`);
        else {
          uploads.current.set(key, new AbortController());
          tail.current = tail.current.then(() => upload(key, file));
        }
      }
    },
    [change, upload],
  );

  const remove = useCallback(
    (key: number) => {
      const { api, t, announce } = current.current.options;
      const file = current.current.list.find((one) => one.key === key);
      if (file === undefined) return;
      uploads.current.get(key)?.abort();
      change((files) => files.filter((one) => one.key !== key));
      release(file);
      // What stays expires by itself.
      if (file.uploaded !== null) api.attachments.remove(file.uploaded.id).catch(() => undefined);
      announce(t.removedFile(file.name));
    },
    [change],
  );

  const take = useCallback(() => {
    const taken = current.current.list;
    change(() => []);
    return taken;
  }, [change]);
  const restore = useCallback((files: readonly WrittenFile[]) => change((list) => [...files, ...list]), [change]);
  const done = useCallback((files: readonly WrittenFile[]) => files.forEach(release), []);

  useEffect(
    () => () => {
      for (const abort of uploads.current.values()) abort.abort();
      current.current.list.forEach(release);
    },
    [],
  );

  return { list, ready: list.every(({ uploaded }) => uploaded !== null), add, remove, take, restore, done };
}

function release({ preview }: WrittenFile): void {
  if (preview !== null) URL.revokeObjectURL(preview);
}

let nextKey = 1;
// An SVG would be refused, and others a browser may not draw.
const PREVIEWED = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
