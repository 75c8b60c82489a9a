/** The frame in an application's page, without a browser: whom it listens to, what it makes of what the page says. */
import { describe, expect, test } from 'vitest';
import { contrast, DARK, inkOn, LIGHT, parse, readable } from '../../src/web/accent.ts';
import { entityTarget } from '../../src/web/chat/markdown/links.ts';
import { meetHostPage, OtherVersion, TokenRefused } from '../../src/web/frame/host-page.ts';
import { contextText, readContext } from '../../src/web/frame/page-context.ts';
import { withAttributes } from '../../src/web/look.ts';

const ORIGIN = 'https://app.example';

function aFrame() {
  const said: unknown[] = [];
  const parent = { postMessage: (message: unknown) => said.push(message) } as unknown as Window;
  const own = new EventTarget();
  const met = meetHostPage(own as Window, parent);
  const hear = (data: unknown, source: unknown = parent) => {
    const { port1, port2 } = new MessageChannel();
    own.dispatchEvent(Object.assign(new Event('message'), { source, origin: ORIGIN, data, ports: [port2] }));
    return port1;
  };
  return { met, hear, said };
}

describe('the first word', () => {
  test('is hello, without anything secret, and the parent’s first port is taken', async () => {
    const { met, hear, said } = aFrame();
    expect(said).toEqual(['paliadin']);
    const port = hear({ paliadin: 1, look: { name: 'Kira' }, inline: false });
    const page = await met;
    expect(page).toMatchObject({ attributes: { name: 'Kira' }, origin: ORIGIN, inline: false });
    port.onmessage = ({ data: [, id] }) => port.postMessage(['token', id, 200, '{"token":"a.b.c"}']);
    expect(await page.token()).toBe('a.b.c');
    port.onmessage = ({ data: [, id] }) => port.postMessage(['token', id, 401, '']);
    await expect(page.token()).rejects.toThrow(TokenRefused);
    port.close();
  });

  test('of any other window is not heard, nor a second port', async () => {
    const { met, hear } = aFrame();
    hear({ paliadin: 1, look: { name: 'evil' } }, {});
    hear({ paliadin: 1, look: { name: 'evil' } }, null);
    const right = hear({ paliadin: 1, look: { name: 'right' } });
    const second = hear({ paliadin: 1, look: { name: 'late' } });
    const page = await met;
    expect(page.attributes).toEqual({ name: 'right' });
    const heard: unknown[] = [];
    page.listen((message) => heard.push(message));
    second.postMessage(['ask', 'by the second', true]);
    right.postMessage(['ask', 'by the first', false]);
    await expect.poll(() => heard).toEqual([{ type: 'ask', text: 'by the first', send: false }]);
    for (const port of [right, second]) port.close();
  });

  test.each([0, 2, '1', undefined])('in version %s is refused', async (paliadin) => {
    const { met, hear } = aFrame();
    hear({ paliadin });
    await expect(met).rejects.toThrow(OtherVersion);
  });
});

describe('what the page says', () => {
  test('is text alone, bounded, and of its own origin', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`n${at}`, 'x'.repeat(5000)]));
    const said = {
      page: '/cases/42?tab=1#secret',
      title: 'Case\u202e \u0007 42',
      when: 42,
      nested: {},
      empty: ' ',
      ...many,
    };
    const context = readContext(said, ORIGIN);
    expect(context.page).toBe(`${ORIGIN}/cases/42?tab=1`);
    expect(context.title).toBe('Case  42');
    expect(context.items).toHaveLength(6);
    expect(context.items[0]).toEqual(['when', '42']);
    expect(contextText(context)?.length).toBeLessThanOrEqual(8000);
    for (const page of ['https://evil.example/', 'javascript:alert(1)', '//evil.example', 7, undefined]) {
      expect(readContext({ page }, ORIGIN).page).toBeNull();
    }
  });

  test('can’t pretend to be another piece of it', () => {
    const context = readContext({ a: 'one\nb: two' }, ORIGIN);
    expect(contextText(context)).toBe('a: one\n  b: two');
  });
});

test('a chip leads below the base, or nowhere', () => {
  expect(entityTarget('/cases/42', `${ORIGIN}/app/`)).toBe(`${ORIGIN}/app/cases/42`);
  for (const path of [
    'cases',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/../admin',
    '/x/../../admin',
  ]) {
    expect([path, entityTarget(path, `${ORIGIN}/app/`)]).toEqual([path, null]);
  }
});

test('an attribute takes the place of a setting, and what is no address is no logo', () => {
  const given = { name: 'Set', logo: '/logo', accent: '#111111', greeting: null, starters: null };
  const look = withAttributes(given, { name: 'Kira', logo: 'javascript:x', starters: 'One?| Two? |', accent: '' });
  expect(look).toEqual({ name: 'Kira', logo: '/logo', accent: '#111111', greeting: null, starters: ['One?', 'Two?'] });
});

test.each(['#ffd400', '#ffffff', '#000000', '#4353c9', '#00ff00', '#ff0000', '#7f7f7f'])(
  '%s can be read in both themes',
  (accent) => {
    for (const theme of [LIGHT, DARK]) {
      const shown = readable(parse(accent) ?? [0, 0, 0], theme);
      expect(contrast(shown, theme.ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(shown, inkOn(shown))).toBeGreaterThanOrEqual(4.5);
    }
  },
);
