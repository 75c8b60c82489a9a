/** Wires the frame in an application's page to its browser, and to that page. */
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import '../tokens.css';
import '../base.css';
import '../chat/app.css';
import { showAccent } from '../accent.ts';
import { Boundary } from '../Boundary.tsx';
import { chooseLocale, languageOf } from '../locales/choose.ts';
import { frameWords } from '../locales/frame.ts';
import { givenLook, LookContext, withAttributes } from '../look.ts';
import { showTheme, themes } from '../theme.ts';
import { Frame } from './Frame.tsx';
import './frame.css';
import { type HostPage, meetHostPage } from './host-page.ts';
import { Notice } from './Notice.tsx';

const element = document.getElementById('root');
if (element === null) throw new Error('embed.html has no element with the id root');
const root = createRoot(element);
const words =
  frameWords[languageOf(chooseLocale({ chosen: null, account: null, query: null, browser: navigator.languages }))];

if (window.parent === window) {
  root.render(<Notice title={words.alone} text={words.aloneText} close={null} closeLabel={words.close} />);
} else {
  meetHostPage(window, window.parent).then(
    (page) => {
      const look = withAttributes(givenLook(document), page.attributes);
      const theme = themes.find((each) => each === page.attributes.theme);
      if (theme !== undefined) showTheme(theme, document.documentElement);
      showAccent(look.accent, document.documentElement);
      document.title = look.name ?? document.title;
      root.render(
        <Boundary>
          <LookContext value={look}>
            <Visits page={page} />
          </LookContext>
        </Boundary>,
      );
    },
    () =>
      root.render(<Notice title={words.outdated} text={words.outdatedText} close={null} closeLabel={words.close} />),
  );
}

/** One person after the other: nothing of the one is left when the next one comes. */
function Visits({ page }: { page: HostPage }) {
  const [visit, setVisit] = useState<number | null>(0);
  if (visit === null) return null;
  return <Frame key={visit} page={page} onOver={() => setVisit(visit + 1)} onShutdown={() => setVisit(null)} />;
}
