/** The page's head: its name, starting over, settings. */
import type { ReactNode } from 'react';
import type { Me } from '../../contract/api.ts';
import { Brand } from '../Brand.tsx';
import { useLook } from '../look.ts';
import type { Memory } from '../storage.ts';
import type { Around } from './around.ts';
import './header.css';
import { Settings } from './Settings.tsx';
import { Icon } from './ui/Icon.tsx';
import { IconButton } from './ui/IconButton.tsx';
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
  around?: Around | null;
}

export function Header({
  sideBar,
  me,
  memory,
  canStartOver,
  onStartOver,
  onSearch,
  around = null,
  ...settings
}: HeaderProps) {
  const { t } = usePage();
  const look = useLook();
  return (
    <header className="header">
      {sideBar === undefined ? (
        <Brand as="h1" name={t.appName} />
      ) : (
        <>
          <h1 className="only-read">{look.name ?? t.appName}</h1>
          {sideBar}
        </>
      )}
      <div className="header-actions">
        {canStartOver && (
          <button
            type="button"
            className={around === null ? 'button button-quiet' : 'button button-quiet button-icon'}
            {...(around !== null && { 'aria-label': t.startOver })}
            title={t.startOver}
            onClick={onStartOver}
          >
            <Icon name="again" />
            {around === null && <span className={sideBar === undefined ? '' : 'header-words'}>{t.startOver}</span>}
          </button>
        )}
        {me.user.role !== 'member' && around === null && (
          <a className="button button-quiet button-icon" href="/admin" aria-label={t.dashboard} title={t.dashboard}>
            <Icon name="figures" />
          </a>
        )}
        <IconButton icon="search" label={t.searchTitle} onClick={onSearch} />
        <IconButton icon="settings" label={t.settings} popoverTarget="settings" />
        {around !== null && around.close !== null && <IconButton icon="close" label={t.close} onClick={around.close} />}
      </div>
      <Settings id="settings" name={me.user.name} memory={memory} embedded={around !== null} {...settings} />
    </header>
  );
}
