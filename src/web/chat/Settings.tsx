/** The panel behind the settings button: appearance, language, signing out. */
import { useState } from 'react';
import { languageList, languageOf } from '../locales/choose.ts';
import { messagesOf } from '../locales/locale.ts';
import type { Memory } from '../storage.ts';
import { showTheme, storedTheme, storeTheme, type Theme, themes } from '../theme.ts';
import { Choice } from './ui/Choice.tsx';
import { usePage } from './ui/page.ts';

export interface SettingsProps {
  id: string;
  name: string;
  memory: Memory;
  onLanguage(language: string): void;
  onSignOut(): void;
}

export function Settings({ id, name, memory, onLanguage, onSignOut }: SettingsProps) {
  const { t, locale } = usePage();
  const [theme, setTheme] = useState(() => storedTheme(memory));

  const chooseTheme = (next: Theme) => {
    setTheme(next);
    showTheme(next, document.documentElement);
    storeTheme(next, memory);
  };

  return (
    <section id={id} className="settings" popover="auto" aria-label={t.settings}>
      <Choice
        legend={t.appearance}
        options={themes.map((value) => ({ value, label: t.themes[value] }))}
        value={theme}
        onChange={chooseTheme}
      />
      <Choice
        legend={t.language}
        options={languageList.map((value) => ({ value, label: messagesOf(value).languageName, lang: value }))}
        value={languageOf(locale)}
        onChange={onLanguage}
      />
      <div className="settings-foot">
        <span>{t.signedInAs(name)}</span>
        <button type="button" className="button" onClick={onSignOut}>
          {t.signOut}
        </button>
      </div>
    </section>
  );
}
