import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayName } from '../../../src/contract/attachment.ts';
import { PaliadinError } from '../../../src/contract/errors.ts';
import { examine } from '../../../src/services/attachments/examine.ts';
import { files, png, zip } from '../../support/files.ts';

const refusal = (bytes: Uint8Array): string => {
  try {
    return `taken as ${examine(bytes).type}`;
  } catch (error) {
    expect(error).toBeInstanceOf(PaliadinError);
    expect(error).toMatchObject({ code: 'attachment_invalid' });
    return (error as Error).message;
  }
};
const ofText = (text: string) => refusal(Buffer.from(text));

describe('a file is what its content says', () => {
  it.each(Object.entries(files))('%s', (type, bytes) => {
    expect(examine(bytes).type).toBe(type);
  });

  it('an image has its size, whatever else is behind it', () => {
    expect(examine(png(40, 30))).toEqual({ type: 'image/png', width: 40, height: 30 });
    expect(examine(Buffer.concat([files['image/gif'], zip]))).toEqual({ type: 'image/gif', width: 1, height: 1 });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['a zip', zip, 'neither'],
    ['a program for Linux', Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), 'neither'],
    ['a program for Windows', Buffer.from('MZ\x90\0\x03', 'latin1'), 'neither'],
    ['text with a NUL', Buffer.from('a\0b'), 'neither'],
    ['text that is not UTF-8', Buffer.from('gr\xf6\xdfe', 'latin1'), 'neither'],
    ['UTF-16', Buffer.from('\ufeffabc', 'utf16le'), 'neither'],
    ['a PNG without its header', files['image/png'].subarray(0, 12), 'damaged'],
    ['a JPEG without its size', files['image/jpeg'].subarray(0, 20), 'damaged'],
    ['a GIF without its size', files['image/gif'].subarray(0, 7), 'damaged'],
    ['a RIFF that is no WebP', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'), 'not a WebP'],
    ['a PNG of no width', png(1, 1, { width: 0, height: 9 }), 'damaged'],
    ['a PNG of 60000 × 60000', png(1, 1, { width: 60_000, height: 60_000 }), '60000 × 60000 pixels; at most'],
    ['a PNG that is one line', png(1, 1, { width: 40_000, height: 1 }), 'pixels'],
  ])('%s is refused', (_, bytes, why) => {
    expect(refusal(bytes)).toContain(why);
    expect(refusal(bytes)).toContain('PNG, JPEG, GIF and WebP images, PDF and plain text (UTF-8) can be attached');
  });

  it.each([
    '<!DOCTYPE html><p>x',
    '  \n<HTML>',
    '\ufeff<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<?xml version="1.0"?>\n<!-- a -->\n<svg/>',
    '<!-- a --><script>alert(1)</script>',
    '<iframe src=x>',
  ])('%j is refused, not taken for text', (text) => {
    expect(ofText(text)).toContain('may contain scripts');
  });

  it.each(['a < b', '<note>plain XML is text</note>', '# <svg> in Markdown', 'const a = "<html>";'])(
    '%j is text',
    (text) => {
      expect(ofText(text)).toBe('taken as text/plain');
    },
  );

  it('never throws anything but a refusal, whatever the bytes', () => {
    const heads = fc.constantFrom(...Object.values(files).map((bytes) => bytes.subarray(0, 16)), Buffer.alloc(0));
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        refusal(Buffer.concat([head, rest]));
      }),
    );
  });
});

describe('a name is made harmless', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\anna\\plan.png', 'plan.png'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['a\r\n[PALIADIN:x]\u2028b\0.png', 'a[PALIADIN:x]b.png'],
    ['.bashrc', 'bashrc'],
    ['..', 'file'],
    ['', 'file'],
    ['/', 'file'],
    ['  Größe   1.PDF ', 'Größe 1.PDF'],
    ['\ud800.txt', '\ufffd.txt'],
  ])('%j', (given, name) => {
    expect(displayName(given)).toBe(name);
  });

  it('and shortened in the middle', () => {
    const name = displayName(`${'long '.repeat(100)}.png`);
    expect([...name]).toHaveLength(100);
    expect(name).toMatch(/^long long .*… ?.*\.png$/);
  });

  it('whatever it was, it is one visible line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
        const name = displayName(given);
        expect(name).toMatch(/^[^/\\\p{C}\p{Zl}\p{Zp}]{1,200}$/u);
        expect(displayName(name)).toBe(name);
      }),
    );
  });
});
