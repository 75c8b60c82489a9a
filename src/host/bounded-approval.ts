/** An agent's request, short enough for the wire and for a person; what is left out is said. */
import { cleanText } from '../contract/sanitise.ts';
import type { AgentQuestion, ApprovalRequest } from '../contract/turn.ts';

export function bounded({ id, title, kind, options, detail, diff, questions }: ApprovalRequest): ApprovalRequest {
  return {
    id,
    title: short(title, WORDS),
    options: options.slice(0, MANY).map((option) => ({ id: option.id, label: short(option.label, WORDS) })),
    ...(kind && { kind }),
    ...(detail !== undefined && { detail: short(detail, DETAIL) }),
    ...(diff !== undefined && { diff: short(diff, DIFF) }),
    ...(questions && { questions: questions.slice(0, QUESTIONS).map(boundedQuestion) }),
  };
}

function boundedQuestion({ question, options, several }: AgentQuestion): AgentQuestion {
  return {
    question: short(question, QUESTION),
    options: options.slice(0, MANY).map(({ label, description }) => ({
      label: short(label, WORDS),
      ...(description !== undefined && { description: short(description, WORDS) }),
    })),
    several,
  };
}

function short(text: string, most: number): string {
  const clean = cleanText(text);
  if (clean.length <= most) return clean;
  const kept = most - NOTE_LENGTH;
  return `${clean.slice(0, kept).toWellFormed()} […and ${clean.length - kept} characters more]`;
}

// Together well below the line of 1 MiB that the channel takes, whatever the characters.
const WORDS = 500;
const QUESTION = 2_000;
const DETAIL = 16_384;
const DIFF = 65_536;
const MANY = 20;
const QUESTIONS = 4;
// Room for the note itself.
const NOTE_LENGTH = 40;
