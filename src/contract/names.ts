/** The patterns of names that travel between gateway, host and tmux. */

/** A turn's id, made before anything else happens: a UUID in lower case. */
export const TURN_ID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A session's name: also the name of a directory and of a tmux session. */
export const SESSION_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** The part of a session's name that the deployment chooses; eight digits and more follow it. */
export const PREFIX_PATTERN = /^[a-z0-9][a-z0-9_-]{0,29}$/;

/** A conversation's id in the API, or a client's own id of a chat, from before users had several conversations. */
export const CHAT_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;

/** How many digits of the user's UUID a session's name has when no other session begins with the same. */
export const SESSION_DIGITS = 8;

/**
 * `<prefix>-<first digits of the user's UUID>`. With more digits where two users' ids begin alike,
 * because two people must never share a conversation.
 */
export function sessionName(prefix: string, userId: string, digits: number = SESSION_DIGITS): string {
  return `${prefix}-${userId.replaceAll('-', '').toLowerCase().slice(0, digits)}`;
}

/** Of a user's conversations, the first has the session's name, and each later one a number behind it. */
export function conversationName(session: string, number: number): string {
  return number === 1 ? session : `${session}-${number}`;
}

/** Of the title of a conversation, in UTF-16 units. */
export const MAX_TITLE_LENGTH = 200;

/** A host's name or address. Never begins with `-`, which ssh would take for an option. */
export const HOST_PATTERN = /^[A-Za-z0-9:](?:[A-Za-z0-9._:%-]{0,253}[A-Za-z0-9])?$/;

/** An account on a host. */
export const USER_PATTERN = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;
