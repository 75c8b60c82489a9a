/**
 * The second secret of a signed-in browser. A cookie goes to every port of its host; the session key is kept by the pages
 * of one origin, which includes the port, and sent by them in a header. Neither lets anybody in without the other.
 */

/** The header that carries it. Never a cookie, never a part of an address. */
export const SESSION_KEY_HEADER = 'x-paliadin-session-key';

/** Its name in `localStorage`. A page that signs a browser in by itself puts it there. */
export const SESSION_KEY_ITEM = 'paliadin.session-key';
