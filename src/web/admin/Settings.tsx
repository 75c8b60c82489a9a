/** The panel behind the settings button: appearance, language, signing out. */
import { useState } from 'react';
import { Choice } from '../chat/ui/Choice.tsx';
import { languageList, languageOf } from '../locales/choose.ts';
import type { Memory } from '../storage.ts';
import { showTheme, storedTheme, storeTheme, type Theme, themes } from '../theme.ts';
import { languageNames } from './locales/load.ts';
import { useAdmin } from './page.ts';
import '../settings.css';

export interface SettingsProps {
  id: string;
  kept: Memory;
  onLanguage(language: string): void;
  onSignOut(): void;
}

export function Settings({ id, kept, onLanguage, onSignOut }: SettingsProps) {
  const { w, locale, me } = useAdmin();
  const [theme, setTheme] = useState(() => storedTheme(kept));
  const chooseTheme = (next: Theme) => {
    setTheme(next);
    showTheme(next, document.documentElement);
    storeTheme(next, kept);
  };
  return (
    <section id={id} className="settings" popover="auto" aria-label={w.settings}>
      <Choice
        legend={w.appearance}
        options={themes.map((value) => ({ value, label: w.themes[value] }))}
        value={theme}
        onChange={chooseTheme}
      />
      <Choice
        legend={w.language}
        options={languageList.map((value) => ({ value, label: languageNames[value], lang: value }))}
        value={languageOf(locale)}
        onChange={onLanguage}
      />
      <div className="settings-foot">
        <span>{w.signedInAs(me.user.name)}</span>
        <button type="button" className="button" onClick={onSignOut}>
          {w.signOut}
        </button>
      </div>
    </section>
  );
}
