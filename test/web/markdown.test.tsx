import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { AnswerLinksContext } from '../../src/web/chat/markdown/context.ts';
import { Markdown } from '../../src/web/chat/markdown/Markdown.tsx';
import { PageContext } from '../../src/web/chat/ui/page.ts';
import { en } from '../../src/web/locales/en.ts';
import { hostileMarkdown } from './hostile-markdown.ts';

function render(text: string, { base = null, growing = false }: { base?: string | null; growing?: boolean } = {}) {
  return renderToStaticMarkup(
    <PageContext value={page}>
      <AnswerLinksContext value={{ ask: () => undefined, base }}>
        <Markdown text={text} growing={growing} />
      </AnswerLinksContext>
    </PageContext>,
  );
}

const page = {
  t: en,
  locale: 'en',
  appOrigins: ['https://app.example.org'],
  announce: () => undefined,
  toBox: () => undefined,
};

/** Every tag and attribute of the markup; text that only looks like one is escaped and not among them. */
function tags(html: string): string[] {
  return [...html.matchAll(/<([a-z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(([, name, attributes]) =>
    `${name}${attributes}`.toLowerCase(),
  );
}

const ALLOWED_TAG =
  /^(?:div|p|br|hr|strong|em|del|blockquote|figure|figcaption|pre|code|span|button|svg|path|a|h3|h4|h5|h6|ul|ol|li|input|table|thead|tbody|tr|th|td)(?: |$)/;

describe.each([
  ['finished', { growing: false }],
  ['growing', { growing: true }],
  ['from a page of the application', { base: 'https://app.example.org/cases' }],
])('an answer, %s', (_, options) => {
  it.each(hostileMarkdown)('makes nothing in %j active', (attack) => {
    for (const text of [attack, `before\n\n${attack}\n\nafter`, `- ${attack}`, `> ${attack}`]) {
      for (const tag of tags(render(text, options))) {
        expect(tag).toMatch(ALLOWED_TAG);
        expect(tag).not.toMatch(/\s(?:on\w+|style|srcdoc|src|action|formaction|id|name)=/);
        const [, href] = /\shref="([^"]*)"/.exec(tag) ?? [];
        if (href !== undefined) expect(href).toMatch(/^(?:https:\/\/(?:app\.)?example\.org|mailto:)/);
      }
    }
  });
});

describe('links', () => {
  it('open in a new tab without a referrer', () => {
    expect(render('[page](https://example.org/a?b=c&d)')).toContain(
      '<a href="https://example.org/a?b=c&amp;d" title="https://example.org/a?b=c&amp;d" target="_blank" rel="noopener noreferrer">page</a>',
    );
    expect(render('<mail@example.org>')).toContain('href="mailto:mail@example.org"');
    expect(render('https://example.org')).toContain('href="https://example.org/"');
  });

  it('with a forbidden target are plain text', () => {
    expect(render('[page](javascript:alert)')).toBe('<div class="markdown"><p dir="auto">page</p></div>');
  });

  it('find their definition in another block', () => {
    expect(render('[page][p]\n\nmore\n\n[p]: https://example.org/p')).toContain('href="https://example.org/p"');
  });
});

describe('chips', () => {
  it('link to the application where the question was asked', () => {
    const html = render('[Case 42](app:/cases/42?tab=a)', { base: 'https://app.example.org/start' });
    expect(html).toContain('href="https://app.example.org/cases/42?tab=a"');
    expect(html).toContain('rel="noopener noreferrer"');
  });

  it('show their path when the application is unknown', () => {
    for (const base of [null, '/cases', 'not a url', 'javascript:alert(1)', 'https://evil.example/cases']) {
      const html = render('[Case 42](app:/cases/42)', { base });
      expect(html).not.toContain('<a');
      expect(html).toContain('/cases/42');
    }
  });

  it('with a question are buttons', () => {
    expect(render('[More](ask:Show%20more)')).toMatch(
      /<button type="button"[^>]*title="Ask: Show more"[^>]*>.*More<\/button>/,
    );
  });
});

describe('what is not Markdown', () => {
  it('HTML is shown as text', () => {
    expect(render('Use the <Foo bar="1"> component')).toContain('Use the &lt;Foo bar=&quot;1&quot;&gt; component');
    expect(render('<section>\n  <p>hi</p>\n</section>')).toContain('&lt;p&gt;hi&lt;/p&gt;');
  });

  it('comments are removed, even a trailer', () => {
    for (const text of [
      'Done.\n\n<!-- paliadin {"used_tools":[]} -->',
      'Done. <!-- x -->',
      'Done.\n<!-- never closed',
    ]) {
      expect(render(text)).not.toMatch(/paliadin|never|--/);
      expect(render(text)).toContain('Done.');
    }
  });

  it('line breaks are kept, also in a table', () => {
    expect(render('| a |\n|---|\n| b<br>c |')).toMatch(/<td>b<br\/>\s*c<\/td>/);
  });

  it('a single tilde is no strikethrough', () => {
    expect(render('~3 to ~5 days, 2~3, ~~gone~~')).toBe(
      '<div class="markdown"><p dir="auto">~3 to ~5 days, 2~3, <del>gone</del></p></div>',
    );
  });

  it('an image is replaced by its description', () => {
    expect(render('see ![the plan](https://example.org/p.png)')).toBe(
      '<div class="markdown"><p dir="auto">see the plan</p></div>',
    );
  });
});

describe('rendered Markdown', () => {
  it('has its headings below the question’s level', () => {
    expect(render('# A\n\n## B\n\n### C')).toMatch(/<h3[^>]*>A<\/h3>.*<h3 dir="auto">B<\/h3>.*<h4 dir="auto">C<\/h4>/s);
  });

  it('has tables that scroll separately, also by keyboard', () => {
    expect(render('| a |\n|--:|\n| 1 |')).toMatch(
      /<div class="table-frame" role="group" aria-label="Table" tabindex="0" dir="auto"><table>/i,
    );
  });

  it('shows the language of code, and can copy it', () => {
    const html = render('```sql\nSELECT 1\n```');
    expect(html).toContain('sql');
    expect(html).toContain('aria-label="Copy code"');
    expect(html).toContain('SELECT 1');
  });
});

describe('scripts without spaces between words', () => {
  it.each([
    ['**重要：**请注意。**“合同”**', '<strong>重要：</strong>请注意。<strong>“合同”</strong>'],
    ['**注意！**です。', '<strong>注意！</strong>です。'],
    ['这是**“合同”**的副本', '这是<strong>“合同”</strong>的副本'],
    ['请看**（附件）**。', '请看<strong>（附件）</strong>。'],
    ['**한국어(Korean)**은 좋다', '<strong>한국어(Korean)</strong>은 좋다'],
    ['*重要：*请', '<em>重要：</em>请'],
    ['~~作废：~~请', '<del>作废：</del>请'],
    ['**A（甲）**与**B（乙）**。', '<strong>A（甲）</strong>与<strong>B（乙）</strong>。'],
    ['价格*，数量*。', '价格*，数量*。'],
    ['文件_名_称', '文件_名_称'],
    // As everywhere.
    ['**bold**word a** b **c', '<strong>bold</strong>word a** b **c'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['snake_case_name', 'snake_case_name'],
  ])('emphasis in %j', (text, html) => {
    expect(render(text)).toContain(`>${html}</p>`);
  });

  it.each([
    ['https://example.org/a（说明）。', 'https://example.org/a', '（说明）。'],
    ['见https://example.org/a，然后', 'https://example.org/a', '，然后'],
    ['https://example.org。', 'https://example.org/', '。'],
    ['www.example.org、', 'http://www.example.org/', '、'],
    ['https://example.org/维基_条目 次', 'https://example.org/%E7%BB%B4%E5%9F%BA_%E6%9D%A1%E7%9B%AE', ' 次'],
    ['**https://example.org/b。**然后', 'https://example.org/b', '。</strong>然后'],
    ['https://example.org/a (x).', 'https://example.org/a', ' (x).'],
    ['(https://example.org/a_(b)_c).', 'https://example.org/a_(b)_c', ').'],
    ['https://example.org/a?b=1!!x?!', 'https://example.org/a?b=1!!x', '?!'],
    ['[https://example.org/a]', 'https://example.org/a', ']'],
    ['a@example.org。', 'mailto:a@example.org', '。'],
  ])('a bare link in %j', (text, href, rest) => {
    expect(render(text).replace(/<a href="([^"]*)"[^>]*>[^<]*<\/a>/, '{$1}')).toContain(`{${href}}${rest}`);
  });
});

describe('scripts written from right to left', () => {
  it('set the direction by the first letter of each outermost block', () => {
    expect(render('# שלום\n\nשלום\n\n- א\n\n> ב')).toMatch(
      /<h3 class="heading-1" dir="auto">.*<p dir="auto">.*<ul dir="auto">\s*<li>.*<blockquote dir="auto">\s*<p>/s,
    );
    expect(render('| א |\n|---|\n| 1 |')).toMatch(/<div class="table-frame"[^>]* dir="auto"><table>/);
    expect(render('```\nx\n```')).toContain('dir="ltr"');
  });
});

describe('backslashes', () => {
  it.each(['\\(see below\\) is', '\\[an option\\]', '\\{a, b\\}'])('are kept before brackets: %s', (text) => {
    expect(render(text)).toContain(`>${text}</p>`);
  });

  it('escape other characters, and keep a bracket from becoming a link', () => {
    expect(render('\\*a\\* 1\\. \\_')).toContain('>*a* 1. _</p>');
    expect(render('\\[a](app:/1)')).toContain('>\\[a](app:/1)</p>');
    expect(render('`\\(a\\)`')).toContain('<code>\\(a\\)</code>');
  });
});

describe('an answer that is expensive to parse', () => {
  const of = (pattern: string) => pattern.repeat(Math.ceil(60_000 / pattern.length));

  it.each([
    ['quotes in quotes', of('>')],
    ['quotes in lists in quotes', of('> - 1. ')],
    ['emphasis in emphasis', of('*_')],
    ['emphasis that opens, then closes', of('*a') + of('a*')],
    ['lines that lazily continue a quote', `> ${of('a\n=')}`],
    ['lines that lazily continue a list', `- ${of('a\n=')}`],
    ['one paragraph', of('**word** and ')],
    ['strikes', of('~a').slice(0, 49_000)],
    ['code that never ends', of('``\\').slice(0, 49_000)],
    ['tags that never end', of('~<!a').slice(0, 49_000)],
    ['one paragraph of thousands of lines', of('&\n').slice(0, 49_000)],
  ])('%s, is shown as plain text', (_, text) => {
    const html = render(text);
    expect(html).toContain('<p class="plain-text"');
    expect(html).not.toMatch(/<(?:em|strong|blockquote|li)>/);
  });

  it.each([
    ['punctuation in an address', `https://a${of('!?').slice(0, 45_000)}a`],
    ['addresses in an open bracket', `[${of('http://a ').slice(0, 45_000)}`],
    ['addresses that are none', of('http://!').slice(0, 45_000)],
    ['emphasis without spaces', `${'**请'.repeat(900)}`],
    ['kept backslashes', of('\\[').slice(0, 45_000)],
  ])('is formatted in time: %s', (_, text) => {
    expect(render(text)).not.toContain('plain-text');
  });

  it('with many definitions gives each block only those that it uses', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `[a${i}]: https://example.org/${i}\n\n[a${i}]`).join('\n\n');
    expect(render(many).match(/<a /g)).toHaveLength(3000);
  });

  it.each([
    ['a long table', `| a | b |\n|---|---|\n${'| x_y | **z** |\n'.repeat(300)}`, '<table>'],
    ['a long list', '- **item** of `a` list\n'.repeat(400), '<li>'],
    ['long code', `\`\`\`\n${'_*_*> > > \n'.repeat(10_000)}\n\`\`\``, '<figure'],
  ])('does not include %s, which is formatted', (_, text, tag) => {
    expect(render(text)).toContain(tag);
  });
});
