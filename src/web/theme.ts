/** Light, dark, or as the system has it; kept per browser and shared by all pages of ours. */
export type Theme = 'system' | 'light' | 'dark';

export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const KEY = 'paliadin.theme';

export function storedTheme(storage: Pick<Storage, 'getItem'>): Theme {
  const stored = storage.getItem(KEY);
  return themes.find((theme) => theme === stored) ?? 'system';
}

export function showTheme(theme: Theme, root: HTMLElement): void {
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
}

export function storeTheme(theme: Theme, storage: Pick<Storage, 'setItem' | 'removeItem'>): void {
  if (theme === 'system') storage.removeItem(KEY);
  else storage.setItem(KEY, theme);
}
