/**
 * A tool's whole input in a readable form: one field for each value; whatever is left out is counted. The same for
 * every tool, including unknown ones.
 */
import type { ApprovalField, ApprovalRequest, Missing } from './turn.ts';
import { visible, visibleParts } from './visible.ts';

/** Ready for a request: `missing` only if something is. `detail` has the same content as plain text. */
export function toolCard(
  tool: string,
  input: Record<string, unknown>,
): Pick<ApprovalRequest, 'tool' | 'fields' | 'detail' | 'missing'> {
  const { fields, missing } = fieldsOf(tool, input);
  return {
    tool,
    fields,
    ...(fields.length > 0 && { detail: textOf(fields) }),
    ...(missing && { missing }),
  };
}

interface Value {
  path: (string | number)[];
  value: unknown;
}

function fieldsOf(tool: string, input: Record<string, unknown>): { fields: ApprovalField[]; missing: Missing | null } {
  const missing: Missing = { characters: 0, fields: 0 };
  const fields: ApprovalField[] = [];
  const leaveOut = ({ text, length = text.length }: ApprovalField) => {
    missing.fields += 1;
    missing.characters += length;
  };
  for (const { path, value } of valuesOf(input)) {
    const field = fieldOf(tool, path, value);
    if (fields.length < MAX_FIELDS && path.length <= MAX_DEPTH && lengthOfPath(path) <= MAX_PATH) fields.push(field);
    else leaveOut(field);
  }
  let left = MAX_SHOWN;
  const kept = new Map<ApprovalField, ApprovalField>();
  // Short fields first: a long one must not displace, for example, the recipient.
  const byLength = fields.map((field) => ({ field, shown: shownLength(field) })).sort((a, b) => a.shown - b.shown);
  for (const { field, shown } of byLength) {
    const own = left - lengthOfPath(field.path);
    left -= shown;
    if (left >= 0) kept.set(field, field);
    else if (own <= 0) leaveOut(field);
    else {
      const text = beginningOf(field.text, own);
      missing.characters += field.text.length - text.length;
      kept.set(field, { ...field, text });
    }
    left = Math.max(0, left);
  }
  return {
    fields: fields.flatMap((field) => kept.get(field) ?? []),
    missing: missing.characters + missing.fields === 0 ? null : missing,
  };
}

/** The values of an input, the most important ones first. Values at any depth are included. */
function* valuesOf(input: Record<string, unknown>): Generator<Value> {
  const names = Object.keys(input);
  const known = FIRST.filter((name) => names.includes(name));
  const stack: Value[] = [...known, ...names.filter((name) => !FIRST.includes(name))]
    .map((name) => ({ path: [name], value: input[name] }))
    .reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { path, value } = next;
    const inside: Value[] = [];
    // A path that is too deep to show is not extended: it would grow with each step.
    const step = (name: string | number) => (path.length > MAX_DEPTH ? path : [...path, name]);
    if (Array.isArray(value))
      for (const [index, item] of value.entries()) inside.push({ path: step(index), value: item });
    else if (typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) {
        inside.push({ path: step(name), value: (value as Record<string, unknown>)[name] });
      }
    }
    if (inside.length === 0) yield next;
    // Not spread: there may be more of them than a call accepts as arguments.
    else for (const one of inside.reverse()) stack.push(one);
  }
}

function fieldOf(tool: string, path: (string | number)[], value: unknown): ApprovalField {
  const look = lookOf(tool, path, value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { path, text, ...(typeof value === 'string' && { length: value.length }), ...(look && { look }) };
}

function lookOf(tool: string, path: (string | number)[], value: unknown): ApprovalField['look'] {
  const name = path.at(-1);
  if (value === true && LIMIT_LIFTED.includes(String(name))) return 'warning';
  if (!CHANGES.includes(tool) || typeof value !== 'string') return undefined;
  if (name === 'old_string') return 'removed';
  return name === 'new_string' || name === 'new_source' || name === 'content' ? 'added' : undefined;
}

/** The longest prefix that is shown within this length. */
function beginningOf(text: string, most: number): string {
  let shown = 0;
  let kept = 0;
  // Text after the first `most` units can't be shown within this length.
  for (const part of visibleParts(text.slice(0, most), { exact: true })) {
    if (shown + part.text.length > most) {
      if (!part.mark) kept += Math.max(0, most - shown);
      break;
    }
    shown += part.text.length;
    kept += part.length;
  }
  return text.slice(0, kept).toWellFormed() === text.slice(0, kept) ? text.slice(0, kept) : text.slice(0, kept - 1);
}

function shownLength({ path, text }: ApprovalField): number {
  return lengthOfPath(path) + visible(text, { exact: true }).length;
}

function lengthOfPath(path: readonly (string | number)[]): number {
  return path.reduce<number>((sum, step) => sum + visible(String(step), { exact: true, line: true }).length + 1, 0);
}

/** One line for each value, and a block for one with several lines: no value can imitate another field. */
function textOf(fields: ApprovalField[]): string {
  return fields
    .map((field) => {
      const name = visible(field.path.join(' › '), { exact: true, line: true });
      const text = visible(field.text, { exact: true });
      return text.includes('\n') ? `${name}:\n${text.replace(/^/gm, '  ')}` : `${name}: ${text}`;
    })
    .join('\n');
}

const CHANGES = ['Edit', 'MultiEdit', 'Write', 'NotebookEdit'];
const LIMIT_LIFTED = ['dangerouslyDisableSandbox'];
// The target of a tool comes before what it does with the target.
const FIRST = [
  'command',
  'file_path',
  'notebook_path',
  'url',
  'to',
  'cc',
  'bcc',
  'subject',
  'plan',
  'description',
  'prompt',
];
/** UTF-16 units of one card as shown, marks included: more than anybody reads, and small enough for the wire. */
export const MAX_SHOWN = 65_536;
export const MAX_FIELDS = 200;
const MAX_DEPTH = 12;
const MAX_PATH = 500;
