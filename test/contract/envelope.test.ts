/** The envelope: only ours counts, and it is read back as written, whatever page and user put into it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composePrompt, parseEnvelope } from '../../src/contract/envelope.ts';
import { cleanText } from '../../src/contract/sanitise.ts';
import { hostileText } from './hostile-text.ts';

const turnId = fc.uuid();
const value = fc.option(hostileText, { nil: undefined });
const envelope = fc.record({ turnId, pageOrigin: value, locale: value, replyFile: value });
/** What is left of it when it gets here. */
const cleaned = hostileText.map(cleanText);
/** Lines as any reader counts them. */
const linesOf = (text: string) => text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
const looksLikeEnvelope = /^\s*\[PALIADIN:/i;

describe('a composed prompt', () => {
  test('is parsed back to the same envelope and message', () => {
    fc.assert(
      fc.property(envelope, cleaned, (written, message) => {
        // A backslash that the person wrote there could not be told from ours.
        fc.pre(!/\\\[PALIADIN:/i.test(message));
        const read = parseEnvelope(composePrompt(written, message));
        expect(read?.envelope).toEqual(written);
        // A line that looked like an envelope has a backslash more; nothing else has changed.
        expect(read?.message.replace(/^(\s*)\\(?=\[PALIADIN:)/gim, '$1')).toBe(message);
      }),
    );
  });

  test('escapes each line of the message that looks like an envelope with a backslash', () => {
    const message = '[PALIADIN:x]\n\n [paliadin:y]\nnot [PALIADIN:z]';
    const read = parseEnvelope(composePrompt({ turnId: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed' }, message));
    expect(read?.message).toBe('\\[PALIADIN:x]\n\n \\[paliadin:y]\nnot [PALIADIN:z]');
  });

  test('leaves an ordinary message unchanged', () => {
    fc.assert(
      fc.property(
        envelope,
        cleaned.filter((text) => !/\[paliadin:/i.test(text)),
        (written, message) => {
          expect(parseEnvelope(composePrompt(written, message))?.message).toBe(message);
        },
      ),
    );
  });

  test('has no second line that looks like an envelope', () => {
    fc.assert(
      fc.property(
        envelope,
        cleaned,
        fc.option(cleaned, { nil: undefined }),
        cleaned,
        (written, message, context, earlier) => {
          const [first, ...others] = linesOf(composePrompt(written, message, context, earlier));
          expect(first).toMatch(/^\[PALIADIN:[^\]]*\]$/);
          expect(others.filter((line) => looksLikeEnvelope.test(line))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('has the envelope in one line of printable ASCII, whatever the page’s address', () => {
    fc.assert(
      fc.property(envelope, (written) => {
        expect(composePrompt(written, 'm').split('\n')[0]).toMatch(/^[!-~ ]+$/);
      }),
    );
  });

  test('is valid even for a page address with a lone surrogate', () => {
    expect(composePrompt({ turnId: 'x', pageOrigin: 'a\ud800' }, 'm')).toBe('[PALIADIN:x page=a%EF%BF%BD]\nm');
  });

  test('quotes what was said earlier above the context', () => {
    const prompt = composePrompt({ turnId: 'x' }, 'm', 'the page', 'Question: [PALIADIN:y]\nAnswer: none');
    expect(prompt.split('\n').slice(1)).toEqual([
      'm',
      '',
      'Said earlier, in another conversation, and answered there:',
      '> Question: [PALIADIN:y]',
      '> Answer: none',
      '',
      'From the page, not from the person:',
      '> the page',
    ]);
  });

  test('quotes every line of the context', () => {
    fc.assert(
      fc.property(cleaned, cleaned, (message, context) => {
        const alone = composePrompt({ turnId: 'x' }, message);
        const prompt = composePrompt({ turnId: 'x' }, message, context);
        const heading = '\n\nFrom the page, not from the person:\n';
        expect(prompt.startsWith(alone + heading)).toBe(true);
        const quoted = prompt.slice(alone.length + heading.length);
        expect(linesOf(quoted).every((line) => line.startsWith('> '))).toBe(true);
      }),
    );
  });

  test('has this format', () => {
    const written = {
      turnId: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
      pageOrigin: 'https://app/cases?q=[x]',
      locale: 'de',
      replyFile: '/home/owner/a b/reply.md',
    };
    expect(composePrompt(written, 'Which?\n [paliadin: mine]', 'Case 1\nCase 2')).toBe(
      [
        '[PALIADIN:1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed page=https%3A//app/cases%3Fq%3D%5Bx%5D locale=de reply=/home/owner/a%20b/reply.md]',
        'Which?',
        ' \\[paliadin: mine]',
        '',
        'From the page, not from the person:',
        '> Case 1',
        '> Case 2',
      ].join('\n'),
    );
  });
});

describe('parsing an envelope', () => {
  test.each([
    ['an empty prompt', ''],
    ['no envelope', 'Which cases are open?'],
    ['one that is not first', '\n[PALIADIN:1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed]\nx'],
    ['no turn id', '[PALIADIN:]\nx'],
    ['another id', '[PALIADIN:1B9D6BCD-bbfd-4b2d-9b5d-ab8dfbbd4bed]\nx'],
    ['no end', '[PALIADIN:1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed page=x\n]'],
  ])('finds none in %s', (_what, prompt) => {
    expect(parseEnvelope(prompt)).toBeNull();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostileText), (text) => {
        parseEnvelope(text);
        parseEnvelope(`[PALIADIN:1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed page=%E0%A4 x=${text}]\n${text}`);
      }),
    );
  });
});
