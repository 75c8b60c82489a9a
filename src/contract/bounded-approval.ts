/**
 * An agent's request, short enough for the wire and for a person. What is left out is counted, and then nothing can be
 * allowed: nobody may allow what they have not seen.
 */
import { type AgentQuestion, type ApprovalRequest, DENY, type Missing } from './turn.ts';

export function bounded(asked: ApprovalRequest): ApprovalRequest {
  const missing: Missing = { characters: 0, fields: 0, ...asked.missing };
  const short = (text: string, most: number): string => {
    if (text.length <= most) return text;
    const kept = text.slice(0, most).toWellFormed();
    missing.characters += text.length - kept.length;
    return kept;
  };
  const few = <T>(list: readonly T[], most: number): T[] => {
    missing.fields += Math.max(0, list.length - most);
    return list.slice(0, most);
  };
  const question = ({ question, header, options, several }: AgentQuestion): AgentQuestion => ({
    question: short(question, QUESTION),
    ...(header !== undefined && { header: short(header, WORDS) }),
    options: few(options, MANY).map(({ label, description, preview }) => ({
      label: short(label, WORDS),
      ...(description !== undefined && { description: short(description, QUESTION) }),
      ...(preview !== undefined && { preview: short(preview, QUESTION) }),
    })),
    several,
  });
  const { id, title, kind, tool, options, fields, detail, diff, questions } = asked;
  const whole = {
    id,
    title: short(title, WORDS),
    options: few(options, MANY),
    ...(kind && { kind }),
    ...(tool !== undefined && { tool: short(tool, WORDS) }),
    ...(fields && { fields }), // already within its limits
    ...(detail !== undefined && { detail: short(detail, fields === undefined ? TEXT : ALL_OF_IT) }),
    ...(diff !== undefined && { diff: short(diff, TEXT) }),
    ...(questions && { questions: few(questions, QUESTIONS).map(question) }),
  };
  const bounds = { ...whole, options: whole.options.map(({ id, label }) => ({ id, label: short(label, WORDS) })) };
  if (missing.characters + missing.fields === 0) return bounds;
  return { ...bounds, missing, options: bounds.options.filter(({ id }) => id === DENY) };
}

// Together well below the channel's limit of 1 MiB per line, whatever the characters.
const WORDS = 500;
const QUESTION = 2_000;
const TEXT = 32_768;
/** The text form of the fields repeats their names, and indents blocks. */
const ALL_OF_IT = 262_144;
const MANY = 8;
const QUESTIONS = 4;
