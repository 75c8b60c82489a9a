import type { ApprovalRequest } from '../../contract/turn.ts';

/** What the tool would be given, as an object: for clients that show an approval as a call of a tool. */
export function approvalInput({ fields, detail }: ApprovalRequest): Record<string, string> {
  if (fields === undefined) return detail === undefined ? {} : { detail };
  return Object.fromEntries(fields.map(({ path, text }) => [path.join('.'), text]));
}
