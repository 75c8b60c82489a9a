import { FieldError } from './problem.ts';

/** A question is words, files or both. @throws FieldError `message_invalid` */
export function requireQuestion(text: string, files: readonly unknown[], param: string): string {
  if (text.trim() !== '' || files.length > 0) return text;
  throw new FieldError(param, 'is empty', 'message_invalid');
}
