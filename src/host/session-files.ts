/**
 * The files that came with a session's questions: `files/<turn id>/<number>.<extension>` in the session's directory. The
 * agent reads them there and can't change them. They arrive in pieces; what is not whole has another name.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import { displayName, extensions } from '../contract/attachment.ts';
import type { PromptFile } from '../contract/envelope.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { AttachmentPiece, HostAttachment } from '../contract/host.ts';
import { TURN_ID_PATTERN } from '../contract/names.ts';
import { writeProblem } from './write-problem.ts';

export interface SessionFiles {
  /**
   * Appends a piece, if it continues what is there. Resolves with how many bytes are there: all of them only once their
   * digest is right. Bytes with another digest are discarded.
   * @throws PaliadinError `bad_request`; `shim_error` where the disk is full, and then none of the turn's files is left
   */
  take(piece: AttachmentPiece): Promise<number>;
  /** The turn's files, for the agent. @throws PaliadinError `shim_error` where one is not whole. */
  of(turnId: string, attachments: readonly HostAttachment[]): Promise<PromptFile[]>;
  /** Deletes the turn's files. */
  remove(turnId: string): Promise<void>;
  /** Deletes the files of turns from before that `isKnown` does not know. */
  prune(before: number, isKnown: (turnId: string) => Promise<boolean>): Promise<void>;
  /** Deletes all files: the conversation is over. */
  clear(): Promise<void>;
}

export function openSessionFiles(directory: string): SessionFiles {
  // One after the other: a piece that is sent again must not be appended twice.
  const inOrder = pLimit(1);

  function filesOf(turnId: string): string {
    if (!TURN_ID_PATTERN.test(turnId)) throw new PaliadinError('bad_request', 'this is not a turn’s id');
    return join(directory, turnId);
  }

  function pathOf(turnId: string, number: number, type: HostAttachment['type']): string {
    return join(filesOf(turnId), `${number}.${extensions[type]}`);
  }

  async function take({ turnId, number, type, size, sha256, offset, bytes }: AttachmentPiece): Promise<number> {
    const path = pathOf(turnId, number, type);
    if (await isWhole(path, { size, sha256 })) return size;
    const part = `${path}${PART}`;
    const have = await sizeOf(part);
    if (have > size) {
      await rm(part, { force: true });
      return 0;
    }
    if (offset !== have) return have;
    if (have + bytes.length > size) throw new PaliadinError('bad_request', 'there is more of this file than its size');
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await appendFile(part, bytes, { mode: 0o600 });
    if (have + bytes.length < size) return have + bytes.length;
    if ((await digestOf(part)) !== sha256) {
      await rm(part, { force: true });
      return 0;
    }
    await sync(part);
    await rename(part, path);
    await sync(dirname(path));
    return size;
  }

  return {
    take: (piece) =>
      inOrder(async () => {
        try {
          return await take(piece);
        } catch (error) {
          // The question fails. On a full disk, what is there of its files would only be in the way.
          if (!(error instanceof PaliadinError)) await rm(filesOf(piece.turnId), { recursive: true, force: true });
          throw writeProblem('a file that came with a question', error);
        }
      }),
    async of(turnId, attachments) {
      const files = attachments.map(async ({ name, type, size, sha256 }, index) => {
        const path = pathOf(turnId, index + 1, type);
        if (await isWhole(path, { size, sha256 })) return { path, name: displayName(name), type, size };
        throw new PaliadinError('shim_error', 'a file of this question is not here as it was sent; ask again');
      });
      return Promise.all(files);
    },
    remove: (turnId) => inOrder(async () => rm(filesOf(turnId), { recursive: true, force: true })),
    async prune(before, isKnown) {
      for (const name of await readdir(directory).catch(() => [])) {
        const path = join(directory, name);
        const changed = (await stat(path).catch(() => null))?.mtimeMs ?? before;
        if (changed < before && !(await isKnown(name))) await rm(path, { recursive: true, force: true });
      }
    },
    async clear() {
      for (const name of await readdir(directory).catch(() => [])) {
        await rm(join(directory, name), { recursive: true, force: true });
      }
    },
  };
}

async function isWhole(path: string, { size, sha256 }: { size: number; sha256: string }): Promise<boolean> {
  return (await sizeOf(path)) === size && (await digestOf(path)) === sha256;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? found.size : 0;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const PART = '.part';
