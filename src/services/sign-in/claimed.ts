/** What an external party claims about a user: trusted, but made to fit the database. */
import type { User } from '../../contract/records/user.ts';

export type Claimed = Pick<User, 'subject' | 'name' | 'email' | 'locale'>;

/**
 * The sign-in method is part of the name, so that an external user never becomes a local one. Null for an invalid name.
 * Otherwise the name stays as it is: two names that differ only in case may be two people.
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

// Letters of any script; no control characters, and nothing invisible that makes one name look like another.
const SUBJECT = /^(?!\s)[^\p{C}]{1,200}(?<!\s)$/u;
const NOT_SHOWN = /[\p{C}]/gu;
const EMAIL = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,255}$/u;

// One line on the dashboard.
const MAX_NAME = 120;
