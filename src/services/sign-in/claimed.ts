/** What somebody else says of a user: believed, but made to fit. */
import type { User } from '../../contract/records/user.ts';

export type Claimed = Pick<User, 'subject' | 'name' | 'email' | 'locale'>;

/**
 * The way in is part of the name, so that nobody from elsewhere is ever somebody from here. Null where it is no name.
 * As it is otherwise: two that differ in a letter's case may be two people.
 */
export function subjectOf(way: 'jwt' | 'proxy', name: unknown): string | null {
  return typeof name === 'string' && SUBJECT.test(name) ? `${way}:${name}` : null;
}

export function nameOf(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  const shown = name.replace(NOT_SHOWN, ' ').replace(/\s+/g, ' ').trim().slice(0, MAX_NAME).trimEnd();
  return shown === '' ? null : shown;
}

export function emailOf(email: unknown): string | null {
  return typeof email === 'string' && EMAIL.test(email) ? email : null;
}

// Letters of any script, no control characters, nothing invisible that turns one name into the look of another.
const SUBJECT = /^(?!\s)[^\p{C}]{1,200}(?<!\s)$/u;
const NOT_SHOWN = /[\p{C}]/gu;
const EMAIL = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,255}$/u;

// A line on the dashboard.
const MAX_NAME = 120;
