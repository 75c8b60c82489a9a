import { describe, expect, it } from 'vitest';
import { loadDraft, saveDraft } from '../../src/web/chat/draft.ts';
import { pageOrigin } from '../../src/web/chat/origin.ts';
import { pastedCode, takeCode } from '../../src/web/chat/sign-in-link.ts';
import { chooseLocale, languageList } from '../../src/web/locales/choose.ts';
import { count, duration, kilobytes, wholeSeconds } from '../../src/web/locales/format.ts';
import { messagesOf } from '../../src/web/locales/locale.ts';
import { memory } from '../../src/web/storage.ts';

const forbidden = () =>
  memory(() => {
    throw new Error('SecurityError');
  });

describe('the sign-in link', () => {
  const visit = (hash: string) => {
    const shown: string[] = [];
    const code = takeCode(
      { hash, pathname: '/', search: '?lang=de' },
      { replaceState: (_state: unknown, _unused: string, url?: string | URL | null) => void shown.push(String(url)) },
    );
    return { code, shown };
  };

  it('gives its code and leaves the address bar', () => {
    expect(visit('#code=abc-123')).toEqual({ code: 'abc-123', shown: ['/?lang=de'] });
  });

  it('is not any other fragment', () => {
    for (const hash of ['', '#', '#code=', '#other']) expect(visit(hash)).toEqual({ code: null, shown: [] });
  });

  it('can be pasted whole or as its code', () => {
    expect(pastedCode(' http://127.0.0.1:7717/#code=abc \n')).toBe('abc');
    expect(pastedCode(' abc ')).toBe('abc');
  });
});

describe('the page that the question comes from', () => {
  const from = (search: string, referrer: string) =>
    pageOrigin({ search, referrer, origin: 'https://chat.example.org' });

  it('is what the embedding page says, else the page that linked here', () => {
    expect(from('?page=%2Fcases%2F42', 'https://app.example.org/')).toBe('/cases/42');
    expect(from('', 'https://app.example.org/cases')).toBe('https://app.example.org/cases');
  });

  it('is not ours, and not nothing', () => {
    expect(from('', 'https://chat.example.org/admin')).toBeNull();
    expect(from('?page=%20', '')).toBeNull();
  });

  it('is no longer than the API takes', () => {
    expect(from(`?page=${'x'.repeat(600)}`, '')).toHaveLength(512);
  });
});

describe('the draft', () => {
  it('is kept for each user', () => {
    const kept = forbidden();
    const attempt = { key: 'k', body: { message: 'hello' } };
    saveDraft(kept, 'a', { text: 'hello', attempt });
    expect(loadDraft(kept, 'a')).toEqual({ text: 'hello', attempt });
    expect(loadDraft(kept, 'b')).toEqual({ text: '', attempt: null });
    saveDraft(kept, 'a', { text: '', attempt: null });
    expect(loadDraft(kept, 'a')).toEqual({ text: '', attempt: null });
  });

  it('that is not readable is an empty one', () => {
    const kept = forbidden();
    for (const stored of ['{', 'null', '[]', '{"text":1}']) {
      kept.setItem('paliadin.draft.a', stored);
      expect(loadDraft(kept, 'a')).toEqual({ text: '', attempt: null });
    }
  });
});

describe('the language', () => {
  const none = { chosen: null, account: null, query: null, browser: [] };

  it('is the first wish that is spoken here', () => {
    expect(chooseLocale({ ...none, chosen: 'de', account: 'en', query: 'en', browser: ['en'] })).toBe('de');
    expect(chooseLocale({ ...none, account: 'de-AT', query: 'en' })).toBe('de-AT');
    expect(chooseLocale({ ...none, account: 'fr', query: 'de' })).toBe('de');
    expect(chooseLocale({ ...none, query: 'de"><script>', browser: ['fr', 'de-CH', 'en'] })).toBe('de-CH');
    expect(chooseLocale({ ...none, browser: ['fr'] })).toBe('en');
  });

  it.each(languageList)('%s has words for everything', (language) => {
    const wordless = Object.entries(messagesOf(language)).filter(([, words]) => words === '');
    expect(wordless).toEqual([]);
  });
});

describe('numbers', () => {
  it('are written as the reader writes them', () => {
    expect(duration(12_412, 'en')).toBe('12.4\u00a0s');
    expect(duration(12_412, 'de-AT')).toBe('12,4\u00a0s');
    expect(duration(125_900, 'en')).toBe('2\u00a0min 5\u00a0s');
    expect(duration(59_990, 'en')).toBe('1\u00a0min 0\u00a0s');
    expect(wholeSeconds(-500)).toBe('0\u00a0s');
    expect(wholeSeconds(61_999)).toBe('1\u00a0min 1\u00a0s');
    expect(kilobytes(102_400, 'de')).toBe('100\u00a0kB');
    expect(count(12_345, 'de')).toBe('12.345');
  });
});
