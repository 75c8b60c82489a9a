/** Who is signed in in this browser, how they got in, and how they leave: the same for every page of ours. */
import { useEffect, useState } from 'react';
import { isShutOut, isSignedOut } from '../../client/request.ts';
import type { Me, WouldReplace } from '../../contract/api.ts';
import { backoff } from '../../contract/backoff.ts';
import type { Api } from '../chat/api.ts';
import type { SessionKey } from './session-key.ts';
import { type SignInLink, takeLink } from './sign-in-link.ts';

export interface Session {
  /** Null while nobody is, or it is not known yet. */
  me: Me | null;
  screen: 'starting' | 'unreachable' | 'signed-out';
  /** What went wrong with the last attempt to sign in; null where nothing did. */
  problem: unknown;
  /** Whoever is signed out now was in before, and did not leave by themselves. */
  ended: boolean;
  /** A link of somebody else that has been opened; null where none is to be decided on. */
  replacement: Replacement | null;
  signIn(link: SignInLink): Promise<void>;
  replace(): Promise<void>;
  stay(): void;
  /** Asks who is there until something answers. */
  identify(): Promise<void>;
  /** The same person, as the gateway says them now. */
  refresh(): void;
  /** The gateway has refused this browser, and how. */
  turnedAway(because?: unknown): void;
  signOut(): Promise<void>;
}

export interface Replacement extends Pick<WouldReplace, 'signedInAs' | 'linkFor'> {
  link: SignInLink;
  /** Why it could not be done; null before it was tried. */
  problem: unknown;
}

export interface SessionDeps {
  api: Pick<Api, 'me' | 'signIn' | 'signOut'>;
  sessionKey: SessionKey;
  /** The link that led here. */
  link: SignInLink | null;
}

export function useSession({ api, sessionKey, link }: SessionDeps): Session {
  const [me, setMe] = useState<Me | null>(null);
  const [screen, setScreen] = useState<Session['screen']>('starting');
  const [problem, setProblem] = useState<unknown>(null);
  const [ended, setEnded] = useState(false);
  const [replacement, setReplacement] = useState<Replacement | null>(null);

  const showSignIn = (wasIn: boolean) => {
    setEnded(wasIn);
    setReplacement(null);
    setMe(null);
    setScreen('signed-out');
  };

  const turnedAway = (because?: unknown) => {
    if (isShutOut(because)) setProblem(because);
    // Somebody may have signed in in another tab since, the same person or another.
    else if (sessionKey.reload() && sessionKey.current() !== null) {
      setMe(null);
      setScreen('starting');
      return void identify();
    }
    showSignIn(sessionKey.current() !== null || me !== null);
  };

  const identify = async (failures = 1): Promise<void> => {
    sessionKey.reload();
    try {
      setMe(await api.me());
      setProblem(null);
      setEnded(false);
    } catch (error) {
      if (isSignedOut(error) || isShutOut(error)) return turnedAway(error);
      setScreen('unreachable');
      await pause(backoff(failures, PAUSES));
      return identify(failures + 1);
    }
  };

  const signIn = async (opened: SignInLink) => {
    setScreen('starting');
    try {
      const result = await api.signIn(opened, false);
      if (result.signedIn) sessionKey.set(result.sessionKey);
      setReplacement(result.signedIn ? null : { link: opened, ...result, problem: null });
      setProblem(null);
    } catch (error) {
      // A used link is no harm to who is signed in already.
      setProblem(error);
    }
    await identify();
  };

  const replace = async () => {
    if (replacement === null) return;
    try {
      const result = await api.signIn(replacement.link, true);
      if (result.signedIn) sessionKey.set(result.sessionKey);
    } catch (error) {
      return setReplacement({ ...replacement, problem: error });
    }
    setReplacement(null);
    await identify();
  };

  const signOut = async () => {
    await api.signOut().catch(() => undefined);
    sessionKey.set(null);
    showSignIn(false);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the start; the link works once
  useEffect(() => {
    if (link === null) identify();
    else signIn(link);
    // A link pasted into this tab changes the fragment only and loads nothing.
    const onHash = () => {
      const pasted = takeLink(location, history);
      if (pasted !== null) signIn(pasted);
    };
    window.addEventListener('hashchange', onHash);
    const stop = sessionKey.onSignedIn(() => void identify());
    return () => {
      window.removeEventListener('hashchange', onHash);
      stop();
    };
  }, []);

  return {
    me,
    screen,
    problem,
    ended,
    replacement,
    signIn,
    replace,
    identify,
    turnedAway,
    signOut,
    stay: () => setReplacement(null),
    refresh: () => void api.me().then(setMe, () => undefined),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}

const PAUSES = { firstMs: 1000, maxMs: 15_000 };
