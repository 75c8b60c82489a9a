/** What a page remembers in its browser; in memory where the browser forbids it. */
export type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** `open` is asked for the storage because merely touching it throws where cookies are blocked. */
export function memory(open: () => Storage): Memory {
  try {
    const storage = open();
    storage.getItem('');
    return {
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => {
        try {
          storage.setItem(key, value);
        } catch {
          // Full or forbidden: the page works on, it only forgets.
        }
      },
      removeItem: (key) => storage.removeItem(key),
    };
  } catch {
    const values = new Map<string, string>();
    return {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => void values.set(key, value),
      removeItem: (key) => void values.delete(key),
    };
  }
}
