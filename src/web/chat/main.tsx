/** Wires the chat page to its browser. */
import { createRoot } from 'react-dom/client';
import '../tokens.css';
import '../base.css';
import { showAccent } from '../accent.ts';
import { Boundary } from '../Boundary.tsx';
import { givenLook, LookContext } from '../look.ts';
import { takeLink } from '../sign-in/sign-in-link.ts';
import { memory } from '../storage.ts';
import { showTheme, storedTheme } from '../theme.ts';
import { App } from './App.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');

const kept = memory(() => localStorage);
showTheme(storedTheme(kept), document.documentElement);
const look = givenLook(document);
showAccent(look.accent, document.documentElement);

createRoot(root).render(
  <Boundary>
    <LookContext value={look}>
      <App link={takeLink(location, history)} kept={kept} />
    </LookContext>
  </Boundary>,
);
