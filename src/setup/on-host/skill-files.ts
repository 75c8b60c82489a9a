/** The skill on the host. Text that its owner wrote in it is kept. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfExists, replaceFile } from '../../process/files.ts';
import { SKILL_FILE, splitPersona } from '../persona.ts';
import type { InstallRequest } from '../request.ts';
import type { HostPaths } from './paths.ts';

export type SkillOutcome = 'installed' | 'persona kept' | 'kept whole';

/** Digests of the installed text: of the owner's section, and of the rest. */
const record = z.object({ persona: z.string(), rest: z.string() });
type Record = z.infer<typeof record>;

/**
 * A new version replaces the text, except the section that says who answers. If the owner has changed more than that
 * section, their file stays as it is, and the new one is stored beside it.
 */
export function installSkill(paths: HostPaths, files: InstallRequest['skill']): SkillOutcome {
  let outcome: SkillOutcome = 'installed';
  for (const { path, text } of files) {
    const target = join(paths.skill, path);
    if (path !== SKILL_FILE) {
      replaceFile(target, text, 0o600);
      continue;
    }
    const theirs = readIfExists(target);
    outcome = theirs === null ? 'installed' : judge(theirs, text, readRecord(paths));
    rmSync(newer(target), { force: true });
    if (outcome === 'kept whole') {
      replaceFile(newer(target), text, 0o600);
      continue;
    }
    replaceFile(target, outcome === 'persona kept' ? withPersona(text, theirs ?? '') : text, 0o600);
    replaceFile(paths.record, `${JSON.stringify(digestsOf(text))}\n`, 0o600);
  }
  return outcome;
}

/** Whether the owner has changed the skill since it was installed. */
export function isSkillEdited(paths: HostPaths): boolean {
  const text = readIfExists(join(paths.skill, SKILL_FILE));
  if (text === null) return false;
  const installed = readRecord(paths);
  const now = digestsOf(text);
  return installed === null || now.persona !== installed.persona || now.rest !== installed.rest;
}

function judge(theirs: string, ours: string, installed: Record | null): SkillOutcome {
  if (theirs === ours) return 'installed';
  const now = digestsOf(theirs);
  if (installed === null || now.rest !== installed.rest) return 'kept whole';
  return now.persona === installed.persona ? 'installed' : 'persona kept';
}

function withPersona(text: string, theirs: string): string {
  const { before, after } = splitPersona(text);
  return before + splitPersona(theirs).persona + after;
}

function digestsOf(text: string): Record {
  const { before, persona, after } = splitPersona(text);
  return { persona: digest(persona), rest: digest(before + after) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readRecord(paths: HostPaths): Record | null {
  try {
    return record.parse(JSON.parse(readIfExists(paths.record) ?? ''));
  } catch {
    return null; // installed by hand
  }
}

function newer(target: string): string {
  return `${target}.new`;
}
