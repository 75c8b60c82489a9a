import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Transcript } from '../../src/demo/terminal/transcript.ts';
import { width } from '../../src/demo/terminal/width.ts';

describe('the transcript', () => {
  test('continues where the last text ended, and breaks rows at spaces', () => {
    const transcript = new Transcript(20);
    transcript.text('The first words ');
    expect(transcript.live).toBe('● The first words');
    transcript.text('and others.');
    expect(transcript.takeRows()).toEqual(['● The first words']);
    expect(transcript.live).toBe('  and others.');
  });

  test('puts a note between two texts', () => {
    const transcript = new Transcript(40);
    transcript.text('Looking.\n');
    transcript.note('●', 'Tool …');
    transcript.text('Found.');
    transcript.gap();
    transcript.note('>', 'next');
    expect(transcript.takeRows()).toEqual(['● Looking.', '● Tool …', '● Found.', '', '> next']);
  });

  test('never makes a row wider than the screen, or one that starts like the input box', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const transcript = new Transcript(12);
        transcript.text(text);
        transcript.gap();
        for (const row of transcript.takeRows()) {
          expect(width(row)).toBeLessThanOrEqual(12);
          expect(row === '' || row.startsWith('● ') || row.startsWith('  ') || row === '●').toBe(true);
        }
      }),
    );
  });

  test('prints the end of a very long answer only', () => {
    const transcript = new Transcript(80);
    transcript.text('line\n'.repeat(200_000));
    transcript.text('x'.repeat(1024 * 1024));
    const rows = transcript.takeRows();
    expect(rows).toHaveLength(201);
    expect(rows[0]).toMatch(/^ {2}… \d+ rows left out$/);
    expect(rows.at(-1)).toBe(`  ${'x'.repeat(78)}`);
  });
});
