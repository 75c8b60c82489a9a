/** How the gateway's owner, or the page around, wants the pages to look. */
import { createContext, useContext } from 'react';

export interface Look {
  name: string | null;
  /** Address of a picture. */
  logo: string | null;
  /** `#rrggbb` */
  accent: string | null;
  greeting: string | null;
  /** Null: those of the gateway. */
  starters: readonly string[] | null;
}

const PLAIN: Look = { name: null, logo: null, accent: null, greeting: null, starters: null };

export const LookContext = createContext<Look>(PLAIN);

export function useLook(): Look {
  return useContext(LookContext);
}

/** What the gateway has written into the page. */
export function givenLook(document: Document): Look {
  const written = document.querySelector<HTMLMetaElement>('meta[name="paliadin-look"]')?.content ?? '';
  return written === '' ? PLAIN : { ...PLAIN, ...(JSON.parse(written) as Partial<Look>) };
}

/** What the page around says takes precedence; `data-starters` has `|` between questions. */
export function withAttributes(look: Look, attributes: Readonly<Record<string, unknown>>): Look {
  const text = (name: string, most: number) => {
    const value = attributes[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, most) : null;
  };
  const logo = text('logo', 2000);
  return {
    name: text('name', 40) ?? look.name,
    logo: logo !== null && /^https?:\/\//.test(logo) ? logo : look.logo,
    accent: text('accent', 7) ?? look.accent,
    greeting: text('greeting', 200) ?? look.greeting,
    starters:
      text('starters', 2000)
        ?.split('|')
        .map((each) => each.trim())
        .filter(Boolean)
        .slice(0, 6) ?? look.starters,
  };
}
