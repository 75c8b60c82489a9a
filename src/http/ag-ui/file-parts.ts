/** Images and documents in the content of an AG-UI message. */
import { z } from 'zod';
import { type InlineFile, inlineFile, refuseFile } from '../edge/inline-files.ts';
import { FieldError } from '../edge/problem.ts';

export type ContentPart = { type: string; [field: string]: unknown };

/** Whatever it is: what is wrong with it is said where it is used. */
export const contentPart = z.looseObject({ type: z.string() }).catch({ type: 'unknown' });

const text = z.string().optional().catch(undefined);
const source = z.object({ type: text, value: text }).catch({});
const named = z.object({ filename: text, name: text }).catch({});
/** As it was before AG-UI 1.0. */
const binary = z.object({ mimeType: text, data: text, url: text, id: text, filename: text });

/** @throws FieldError for every other part, and for a file whose content is not in the part */
export function fileOf(part: ContentPart, param: string): InlineFile {
  switch (part.type) {
    case 'image':
    case 'document': {
      const { type, value } = source.parse(part.source);
      const { filename, name = filename } = named.parse(part.metadata);
      if (type === 'file') throw refuseFile(param, 'no files are kept here under an id; send a source of type "data"');
      if (value === undefined) throw refuseFile(param, 'has no source with its content as value');
      return inlineFile({ param, name, isImage: part.type === 'image', data: value });
    }
    case 'binary': {
      const { mimeType, data, url, id, filename } = binary.parse(part);
      const content = data ?? url;
      if (content !== undefined)
        return inlineFile({ param, name: filename, isImage: mimeType?.startsWith('image/') === true, data: content });
      throw refuseFile(
        param,
        id === undefined ? 'has no data' : 'no files are kept here under an id; send the content in data',
      );
    }
    default:
      throw new FieldError(
        param,
        `${JSON.stringify(part.type.slice(0, 40))} is not taken here: a question is text, images and documents`,
        'message_invalid',
      );
  }
}
