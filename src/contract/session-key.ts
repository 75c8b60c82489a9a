/**
 * The second secret of a signed-in browser. A cookie goes to every port of its host; the session key stays with the
 * pages of one origin, which includes the port, and is sent by them in a header. Neither is enough to sign in without
 * the other.
 */

/** The header that carries it. It is never sent in a cookie or as part of a URL. */
export const SESSION_KEY_HEADER = 'x-paliadin-session-key';

/** Its name in `localStorage`. A page that signs a browser in by itself stores it there. */
export const SESSION_KEY_ITEM = 'paliadin.session-key';
