/** Where Claude Code keeps its conversations: one transcript for each, in one directory per working directory. */
import { closeSync, constants, copyFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownDirectory } from '../../isolation/workspace.ts';
import { openOwnFile, readOwnFile, sizeOfOwnFile } from '../../own-file.ts';

/** Where one Claude Code keeps its conversations. */
export interface ConversationPaths {
  /** Its configuration: `~/.claude`. */
  directory: string;
  /**
   * A directory that contains the configuration, or the configuration itself, which no agent can replace by another.
   * Below it no link is followed.
   */
  root: string;
  /** Where it works. */
  cwd: string;
}

/** It resumes by the transcript, in the directory where that began; one that has no message it refuses. */
export function keepsConversation(paths: ConversationPaths, conversation: string): boolean {
  const path = transcriptOf(paths, conversation);
  if (path === null) return false;
  if (sizeOfOwnFile(path, paths.root) > NO_MESSAGE_BYTES) return true;
  return readOwnFile(path, { root: paths.root, maxBytes: NO_MESSAGE_BYTES })?.includes('"parentUuid":') ?? false;
}

/** Removes a transcript without a message, which it would neither resume nor begin again. */
export function forgetEmpty(paths: ConversationPaths, conversation: string): void {
  const path = transcriptOf(paths, conversation);
  if (path !== null) rmSync(path, { force: true });
}

/** Removes the transcript, and what Claude Code keeps beside it under the conversation's id. */
export function removeConversation(paths: ConversationPaths, conversation: string): void {
  if (!UUID.test(conversation)) return; // it is going to be part of a path
  const transcript = transcriptOf(paths, conversation);
  if (transcript !== null) {
    rmSync(transcript, { force: true });
    rmSync(transcript.slice(0, -'.jsonl'.length), { recursive: true, force: true });
  }
  for (const place of ['file-history', 'session-env', 'tasks', 'todos', 'debug']) {
    const names = namesIn(join(paths.directory, place)).filter((name) => name.startsWith(conversation));
    for (const name of names) rmSync(join(paths.directory, place, name), { recursive: true, force: true });
  }
}

/** The conversation's transcript is there from the first prompt on, whatever became of that. Null before. */
export function transcriptOf({ directory, root, cwd }: ConversationPaths, conversation: string): string | null {
  const projects = join(directory, 'projects');
  const project = projectOf(cwd);
  const found = namesIn(projects)
    .filter((name) => name.startsWith(project))
    .map((name) => join(projects, name, `${conversation}.jsonl`));
  return found.find((path) => isOwnFile(path, root)) ?? null;
}

/**
 * Takes over a conversation that began elsewhere, as before agents were isolated. False if there is none, or if it is
 * unknown how Claude Code would name its directory.
 */
export function adoptConversation(paths: ConversationPaths, former: ConversationPaths, conversation: string): boolean {
  const path = transcriptOf(former, conversation);
  const project = projectOf(paths.cwd);
  if (path === null || project.length >= MAX_PROJECT_LENGTH) return false;
  if (paths.root !== paths.directory) ownDirectory(paths.directory);
  const projects = ownDirectory(join(paths.directory, 'projects'));
  copyFileSync(path, join(ownDirectory(join(projects, project)), `${conversation}.jsonl`), constants.COPYFILE_EXCL);
  return true;
}

function projectOf(cwd: string): string {
  return realpathSync(cwd)
    .replace(/[^a-zA-Z0-9]/g, '-')
    .slice(0, MAX_PROJECT_LENGTH);
}

function isOwnFile(path: string, root: string): boolean {
  const file = openOwnFile(path, root);
  if (file !== null) closeSync(file);
  return file !== null;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // before the first conversation of all
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
// An agent that is killed in its first turn may leave a title and no message.
const NO_MESSAGE_BYTES = 64 * 1024;
// A longer name is cut there, and ends in a digest.
const MAX_PROJECT_LENGTH = 200;
