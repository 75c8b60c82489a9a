/** The ways of a proxy that `proxy.test.ts` leaves out. */
import { useBrowser } from '../support/browser.ts';
import { asksForSignIn, polls, useAuthProxy } from './auth-proxy.ts';

const browser = useBrowser();
const behindProxy = await useAuthProxy();

asksForSignIn(browser, behindProxy, [
  'answers with its sign-in page',
  'refuses with an empty 401',
  'refuses with a page of its own',
]);
polls(browser, behindProxy, ['hold']);
