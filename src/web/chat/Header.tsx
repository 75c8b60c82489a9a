/** The page's head: its name, starting over, settings. */
import type { ReactNode } from 'react';
import type { Me } from '../../contract/api.ts';
import type { Memory } from '../storage.ts';
import './header.css';
import { Settings } from './Settings.tsx';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export interface HeaderProps {
  /** Instead of the page's name, where there are several conversations. */
  sideBar?: ReactNode;
  me: Me;
  memory: Memory;
  canStartOver: boolean;
  onStartOver(): void;
  onSearch(): void;
  onLanguage(language: string): void;
  onSaveHistory(): Promise<string | null>;
  onSignOut(): void;
}

export function Header({ sideBar, me, memory, canStartOver, onStartOver, onSearch, ...settings }: HeaderProps) {
  const { t } = usePage();
  return (
    <header className="header">
      {sideBar === undefined ? (
        <h1 className="brand">{t.appName}</h1>
      ) : (
        <>
          <h1 className="only-read">{t.appName}</h1>
          {sideBar}
        </>
      )}
      <div className="header-actions">
        {canStartOver && (
          <button type="button" className="button button-quiet" title={t.startOver} onClick={onStartOver}>
            <Icon name="again" />
            <span className={sideBar === undefined ? '' : 'header-words'}>{t.startOver}</span>
          </button>
        )}
        {me.user.role !== 'member' && (
          <a className="button button-quiet button-icon" href="/admin" aria-label={t.dashboard} title={t.dashboard}>
            <Icon name="figures" />
          </a>
        )}
        <button
          type="button"
          className="button button-quiet button-icon"
          aria-label={t.searchTitle}
          title={t.searchTitle}
          onClick={onSearch}
        >
          <Icon name="search" />
        </button>
        <button
          type="button"
          className="button button-quiet button-icon"
          aria-label={t.settings}
          title={t.settings}
          popoverTarget="settings"
        >
          <Icon name="settings" />
        </button>
      </div>
      <Settings id="settings" name={me.user.name} memory={memory} {...settings} />
    </header>
  );
}
