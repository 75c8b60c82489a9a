/** A formula: its source as it was written, until what draws formulas has come; or for good, where it is none after all. */
import { type ReactNode, useEffect, useState } from 'react';
import { readFormula } from './formula.ts';

export function Formula({ source }: { source: string }) {
  const draw = useKatex();
  const { tex, display } = readFormula(source);
  const math = draw?.(tex, display) ?? null;
  if (math === null) return <span className="formula-source">{source}</span>;
  return display ? (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <span className="formula formula-display" tabIndex={0} dir="ltr">
      {math}
    </span>
  ) : (
    <span className="formula" dir="ltr">
      {math}
    </span>
  );
}

type Draw = (tex: string, display: boolean) => ReactNode;

function useKatex(): Draw | null {
  const [draw, setDraw] = useState<Draw | null>(() => loaded);

  useEffect(() => {
    if (draw !== null) return;
    let stale = false;
    load().then((found) => {
      if (!stale) setDraw(() => found);
    });
    return () => {
      stale = true;
    };
  }, [draw]);

  return draw;
}

let loaded: Draw | null = null;

/** A chunk that can't be loaded leaves the source, which is readable too. */
async function load(): Promise<Draw | null> {
  try {
    loaded = (await import('./katex.ts')).mathOf;
  } catch {
    return null;
  }
  return loaded;
}
