/** Wires the chat page to its browser. */
import { createRoot } from 'react-dom/client';
import '../tokens.css';
import '../base.css';
import { Boundary } from '../Boundary.tsx';
import { takeLink } from '../sign-in/sign-in-link.ts';
import { memory } from '../storage.ts';
import { showTheme, storedTheme } from '../theme.ts';
import { App } from './App.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');

const kept = memory(() => localStorage);
showTheme(storedTheme(kept), document.documentElement);

createRoot(root).render(
  <Boundary>
    <App link={takeLink(location, history)} kept={kept} />
  </Boundary>,
);
