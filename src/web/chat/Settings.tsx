/** The panel behind the settings button: appearance, language, signing out. */
import { useState } from 'react';
import { languageList, languageOf } from '../locales/choose.ts';
import { messagesOf } from '../locales/locale.ts';
import type { Memory } from '../storage.ts';
import { showTheme, storedTheme, storeTheme, type Theme, themes } from '../theme.ts';
import { canNotify, wantNotice, wantsNotice } from './notify.ts';
import { Choice } from './ui/Choice.tsx';
import { usePage } from './ui/page.ts';
import '../settings.css';

export interface SettingsProps {
  id: string;
  name: string;
  memory: Memory;
  /** In a page of the application, which signs its people in and out, and says what is new. */
  embedded: boolean;
  onLanguage(language: string): void;
  /** Null where it is saved, else why not. */
  onSaveHistory(): Promise<string | null>;
  onSignOut(): void;
}

export function Settings({ id, name, memory, embedded, onLanguage, onSaveHistory, onSignOut }: SettingsProps) {
  const { t, locale, announce } = usePage();
  const [notified, setNotified] = useState(() => wantsNotice(memory));
  const [theme, setTheme] = useState(() => storedTheme(memory));

  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const save = async () => {
    setSaving(true);
    setProblem(await onSaveHistory());
    setSaving(false);
  };

  const chooseTheme = (next: Theme) => {
    setTheme(next);
    showTheme(next, document.documentElement);
    storeTheme(next, memory);
  };

  const chooseNotice = async (wanted: 'on' | 'off') => {
    const on = await wantNotice(memory, wanted === 'on');
    setNotified(on);
    if (wanted === 'on' && !on) announce(t.notifyForbidden);
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
      {canNotify() && !embedded && (
        <Choice
          legend={t.notify}
          options={[
            { value: 'on', label: t.on },
            { value: 'off', label: t.off },
          ]}
          value={notified ? 'on' : 'off'}
          onChange={chooseNotice}
        />
      )}
      <button type="button" className="button settings-export" disabled={saving} onClick={save}>
        {t.saveAsMarkdown}
      </button>
      {problem !== null && (
        <p className="settings-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="settings-foot">
        <span>{t.signedInAs(name)}</span>
        {!embedded && (
          <button type="button" className="button" onClick={onSignOut}>
            {t.signOut}
          </button>
        )}
      </div>
    </section>
  );
}
