/**
 * What stands in the place of a page, or of a part of it, that can't be drawn, so that nobody looks at nothing. After an
 * update the parts that a tab has not loaded yet are gone: a reload brings the new ones.
 */
import { Component, type ReactNode } from 'react';
import { boundaryWords } from './locales/boundary.ts';
import './boundary.css';

export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const { updated, updatedText, broken, brokenText } = boundaryWords();
    const isPartGone = error instanceof Error && PART_GONE.test(error.message);
    return (
      <main className="boundary" role="alert">
        <h1>{isPartGone ? updated : broken}</h1>
        <p>{isPartGone ? updatedText : brokenText}</p>
        <Reload />
      </main>
    );
  }
}

export function Reload() {
  return (
    <button type="button" className="button button-main" onClick={() => location.reload()}>
      {boundaryWords().reload}
    </button>
  );
}

// Chromium, Firefox and Safari, and Vite of a part's style sheet.
const PART_GONE = /dynamically imported module|importing a module script failed|unable to preload css/i;
