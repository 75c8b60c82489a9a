import { describe, expect, it } from 'vitest';
import { loadDraft, saveDraft } from '../../src/web/chat/draft.ts';
import { chipTarget } from '../../src/web/chat/markdown/links.ts';
import { pageOrigin } from '../../src/web/chat/origin.ts';
import { chooseLocale, languageList } from '../../src/web/locales/choose.ts';
import { count, duration, kilobytes, wholeSeconds } from '../../src/web/locales/format.ts';
import { messagesOf } from '../../src/web/locales/locale.ts';
import { pastedLink, takeLink } from '../../src/web/sign-in/sign-in-link.ts';
import { memory } from '../../src/web/storage.ts';

const forbidden = () =>
  memory(() => {
    throw new Error('SecurityError');
  });

describe('the sign-in link', () => {
  const visit = (hash: string) => {
    const shown: string[] = [];
    const link = takeLink(
      { hash, pathname: '/', search: '?lang=de' },
      { replaceState: (_state: unknown, _unused: string, url?: string | URL | null) => void shown.push(String(url)) },
    );
    return { link, shown };
  };

  it('gives its code or its token, and is removed from the address bar', () => {
    expect(visit('#code=abc-123')).toEqual({ link: { kind: 'code', secret: 'abc-123' }, shown: ['/?lang=de'] });
    expect(visit('#token=a.b-c.d_e')).toEqual({ link: { kind: 'token', secret: 'a.b-c.d_e' }, shown: ['/?lang=de'] });
  });

  it('is no other fragment', () => {
    for (const hash of ['', '#', '#code=', '#token=', '#other']) expect(visit(hash)).toEqual({ link: null, shown: [] });
  });

  it('can be pasted whole or as its code only', () => {
    expect(pastedLink(' http://127.0.0.1:7717/#code=abc \n')).toEqual({ kind: 'code', secret: 'abc' });
    expect(pastedLink(' https://chat.example/?page=x#token=a.b.c')).toEqual({ kind: 'token', secret: 'a.b.c' });
    expect(pastedLink(' abc ')).toEqual({ kind: 'code', secret: 'abc' });
    expect(pastedLink(' ')).toBeNull();
  });
});

describe('the page where a question is asked', () => {
  const appOrigins = ['https://app.example.org', 'http://localhost:3000'];
  const from = (search: string, referrer: string, origins = appOrigins) =>
    pageOrigin({ search, referrer, appOrigins: origins });
  const said = (page: string) => from(`?page=${encodeURIComponent(page)}`, '');

  it('is the one that the embedding page names, else the referring page', () => {
    expect(from('?page=%2Fcases%2F42', 'https://app.example.org/')).toBe('https://app.example.org/cases/42');
    expect(from('', 'https://app.example.org/cases')).toBe('https://app.example.org/cases');
    expect(said('http://localhost:3000/x')).toBe('http://localhost:3000/x');
  });

  it('is a page of the application, or none', () => {
    expect(from('', 'https://chat.example.org/admin')).toBeNull();
    expect(from('?page=%20', '')).toBeNull();
    expect(from('?page=https://evil.example/', 'https://app.example.org/cases')).toBeNull();
    expect(from('?page=https://app.example.org/', '', [])).toBeNull();
    expect(from('?page=/cases', '', [])).toBeNull();
    for (const page of FOREIGN) expect([page, said(page)]).toEqual([page, null]);
  });

  it('is not longer than the API accepts', () => {
    expect(said(`/${'x'.repeat(600)}`)).toHaveLength(512);
  });
});

const FOREIGN = [
  'https://app.example.org.evil.example/',
  'https://app.example.org@evil.example/',
  'https://me@app.example.org/',
  'https://evil.example/?https://app.example.org',
  'http://app.example.org/',
  'https://app.example.org:8443/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  'blob:https://app.example.org/x',
  'javascript:alert(1)',
];

describe('an application chip', () => {
  const origins = ['https://app.example.org'];

  it('links to the page where the question was asked, if its origin is listed', () => {
    expect(chipTarget('/cases/42', 'https://app.example.org/board', origins)).toBe('https://app.example.org/cases/42');
    expect(chipTarget('/cases/42', 'https://app.example.org/board', [])).toBeNull();
    // Of turns that were asked before the list was.
    for (const base of FOREIGN) expect([base, chipTarget('/x', base, [])]).toEqual([base, null]);
    expect(chipTarget('/x', 'https://evil.example/', origins)).toBeNull();
    expect(chipTarget('/x', 'blob:https://app.example.org/y', origins)).toBeNull();
  });

  it('links nowhere else, whatever its path is', () => {
    for (const path of ['//evil.example/', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)']) {
      expect([path, chipTarget(path, 'https://app.example.org/', origins)]).toEqual([path, null]);
    }
    expect(chipTarget('blob:https://app.example.org/x', 'https://app.example.org/', origins)).toBeNull();
    expect(chipTarget('/x', 'https://me:secret@app.example.org/', origins)).toBe('https://app.example.org/x');
  });
});

describe('the draft', () => {
  const inOne = (userId: string, sessionId = 'one') => ({ userId, sessionId });

  it('is stored for each conversation of each user', () => {
    const kept = forbidden();
    const attempt = { key: 'k', body: { message: 'hello' } };
    saveDraft(kept, inOne('a'), { text: 'hello', attempt });
    expect(loadDraft(kept, inOne('a'))).toEqual({ text: 'hello', attempt });
    expect(loadDraft(kept, inOne('b'))).toEqual({ text: '', attempt: null });
    expect(loadDraft(kept, inOne('a', 'two'))).toEqual({ text: '', attempt: null });
    saveDraft(kept, inOne('a'), { text: '', attempt: null });
    expect(loadDraft(kept, inOne('a'))).toEqual({ text: '', attempt: null });
  });

  it('from before users had several conversations is found once', () => {
    const kept = forbidden();
    kept.setItem('paliadin.draft.a', '{"text":"old"}');
    expect(loadDraft(kept, inOne('a'))).toEqual({ text: 'old', attempt: null });
    saveDraft(kept, inOne('a'), { text: 'old and new', attempt: null });
    expect(loadDraft(kept, inOne('a')).text).toBe('old and new');
    expect(loadDraft(kept, inOne('a', 'two')).text).toBe('');
  });

  it('that can’t be read is empty', () => {
    const kept = forbidden();
    for (const stored of ['{', 'null', '[]', '{"text":1}']) {
      kept.setItem('paliadin.draft.a.one', stored);
      expect(loadDraft(kept, inOne('a'))).toEqual({ text: '', attempt: null });
    }
  });
});

describe('the language', () => {
  const none = { chosen: null, account: null, query: null, browser: [] };

  it('is the first preferred one that is supported', () => {
    expect(chooseLocale({ ...none, chosen: 'de', account: 'en', query: 'en', browser: ['en'] })).toBe('de');
    expect(chooseLocale({ ...none, account: 'de-AT', query: 'en' })).toBe('de-AT');
    expect(chooseLocale({ ...none, account: 'fr', query: 'de' })).toBe('de');
    expect(chooseLocale({ ...none, query: 'de"><script>', browser: ['fr', 'de-CH', 'en'] })).toBe('de-CH');
    expect(chooseLocale({ ...none, browser: ['fr'] })).toBe('en');
  });

  it.each(languageList)('%s has every text', (language) => {
    const wordless = Object.entries(messagesOf(language)).filter(([, words]) => words === '');
    expect(wordless).toEqual([]);
  });
});

describe('numbers', () => {
  it('are formatted in the reader’s locale', () => {
    expect(duration(12_412, 'en')).toBe('12.4\u00a0s');
    expect(duration(12_412, 'de-AT')).toBe('12,4\u00a0s');
    expect(duration(125_900, 'en')).toBe('2\u00a0min 5\u00a0s');
    expect(duration(59_990, 'en')).toBe('1\u00a0min 0\u00a0s');
    expect([-500, 999, 1000].map(wholeSeconds)).toEqual(['', '', '1\u00a0s']);
    expect(wholeSeconds(61_999)).toBe('1\u00a0min 1\u00a0s');
    expect(kilobytes(102_400, 'de')).toBe('100\u00a0kB');
    expect([26, 1023, 1024].map((bytes) => kilobytes(bytes, 'en'))).toEqual(['26\u00a0B', '1,023\u00a0B', '1\u00a0kB']);
    expect(count(12_345, 'de')).toBe('12.345');
  });
});
