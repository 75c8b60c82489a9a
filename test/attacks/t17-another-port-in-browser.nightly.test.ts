/**
 * T17. A signed-in user visits a page of another server on the same machine: another port of 127.0.0.1, or of
 * localhost. To the browser it is the same site, so their cookie goes there, and that server may set cookies that are
 * sent to the gateway. It replays their cookie, reads what its page can reach, makes the browser send requests, and
 * plants a cookie of its own session, so that the user would continue as the attacker without knowing it.
 *
 * Verified in Chromium: the cookie does arrive there, and gets 401 from every route; the page reaches neither the
 * session key nor anything that needs it; a planted cookie changes nobody's identity: beside theirs it has no effect,
 * in its place they are signed out, are told so, and sign in as themselves.
 */
import { attackFromAnotherPort } from './another-port.ts';

const names = ['127.0.0.1', 'localhost'];
attackFromAnotherPort({ planted: names, reached: names, stolen: names });
