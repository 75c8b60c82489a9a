import { FieldError } from './problem.ts';

/** A question needs words, also with files. @throws FieldError `message_invalid` */
export function requireText(text: string, files: readonly unknown[], param: string): string {
  if (text.trim() !== '') return text;
  throw new FieldError(param, files.length === 0 ? 'is empty' : 'has no text beside its files', 'message_invalid');
}
