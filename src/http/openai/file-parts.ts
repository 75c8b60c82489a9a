/** Images and files as the content of a message, as both of OpenAI's protocols have them. */
import { z } from 'zod';
import { type InlineFile, inlineFile, refuseFile } from '../edge/inline-files.ts';
import { FieldError } from '../edge/problem.ts';

export interface ContentPart {
  type: string;
  [field: string]: unknown;
}

const text = z.string().nullish().catch(null);
/** Chat has the fields in an object of the part's name, Responses in the part itself. */
const image = z.object({ url: text, file_id: text });
const file = z.object({ file_data: text, file_url: text, file_id: text, filename: text });

/** @throws FieldError for every other part, and for a file whose content is not in the part */
export function fileOf(part: ContentPart, param: string): InlineFile {
  switch (part.type) {
    case 'image_url':
    case 'input_image': {
      const inner =
        typeof part.image_url === 'string' ? { ...part, url: part.image_url } : { ...part, ...within(part.image_url) };
      const { url, file_id } = image.parse(inner);
      return take({ data: url, id: file_id, name: undefined, isImage: true, param, field: 'image_url' });
    }
    case 'file':
    case 'input_file': {
      const { file_data, file_url, file_id, filename } = file.parse({ ...part, ...within(part.file) });
      const data = file_data ?? file_url;
      return take({ data, id: file_id, name: filename ?? undefined, isImage: false, param, field: 'file_data' });
    }
    default:
      throw new FieldError(
        param,
        `${JSON.stringify(part.type.slice(0, 40))} is not taken here: a question is text, images and files`,
        'message_invalid',
      );
  }
}

function take({
  data,
  id,
  field,
  ...file
}: Omit<InlineFile, 'data'> & {
  data: string | null | undefined;
  id: string | null | undefined;
  field: string;
}): InlineFile {
  if (data != null && data !== '') return inlineFile({ ...file, data });
  const why = id == null ? `has no ${field}` : `no files are kept here under an id; send the content in ${field}`;
  throw refuseFile(file.param, why);
}

function within(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
