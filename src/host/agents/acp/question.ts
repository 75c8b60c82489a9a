/** What an agent asks a person (ACP's elicitation), as a card with questions, and the answers as the agent expects them. */
import { bounded } from '../../../contract/bounded-approval.ts';
import { type Form, formOf } from '../../../contract/form.ts';
import { type AgentQuestion, type ApprovalRequest, DENY } from '../../../contract/turn.ts';
import type { CreateElicitationRequest } from '../../../transport/acp.ts';
import type { Words } from '../claude/words.ts';

export interface AskedForm {
  request: ApprovalRequest;
  /** Null if the agent would not accept them. */
  contentOf(answers: Record<string, string>): Record<string, unknown> | null;
}

/**
 * Null for what can't be asked here: an address to visit, a form that questions can't express, or more than anybody
 * reads. `tool` is the name of the tool that asks, where that is known.
 */
export function askedForm(
  id: string,
  asked: CreateElicitationRequest,
  { tool, words }: { tool: string | undefined; words: Words },
): AskedForm | null {
  if (asked.mode !== 'form') return null;
  const { message } = asked;
  const schema = withoutNulls(recordOf((asked as { requestedSchema?: unknown }).requestedSchema));
  const own = takeOwnAnswers(schema);
  const form = formOf(withMessage(own.schema, message), message, words);
  if (form === null) return null;
  const { questions } = form;
  const request = bounded({
    id,
    title: questions.length === 1 ? (questions[0]?.question ?? message) : message,
    kind: 'question',
    ...(tool !== undefined && { tool }),
    ...(questions[0]?.question !== message && { detail: message }),
    questions,
    options: [
      { id: 'answer', label: words.options.answer },
      { id: DENY, label: words.options.noAnswer },
    ],
  });
  if (request.missing !== undefined) return null;
  const names = Object.keys(recordOf(own.schema.properties));
  const contentOf = (answers: Record<string, string>) => contentWith(form, names, own.fields, answers, words.leaveOut);
  return { request, contentOf };
}

/** Which session asks, and in which call of a tool. */
export function scopeOf(asked: CreateElicitationRequest): { sessionId: string | null; toolCallId: string | null } {
  const { sessionId = null, toolCallId = null } = asked as { sessionId?: string; toolCallId?: string | null };
  return { sessionId, toolCallId };
}

type Properties = Record<string, unknown>;

/**
 * Some agents, such as `claude-agent-acp`, have a field for an answer of one's own beside each optional choice:
 * `NAME_custom` beside `NAME`. Our questions take such an answer themselves. `fields`: the names of those, by `NAME`.
 */
function takeOwnAnswers(schema: Properties): { schema: Properties; fields: Map<string, string> } {
  const properties = recordOf(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = new Map(
    Object.keys(properties).flatMap((name): [string, string][] => {
      const custom = `${name}${CUSTOM}`;
      const isChoice = isChosen(properties[name]) && !required.includes(name) && !required.includes(custom);
      const { type } = recordOf(properties[custom]);
      return isChoice && type === 'string' && !isChosen(properties[custom]) ? [[name, custom]] : [];
    }),
  );
  const taken = new Set(fields.values());
  const rest = Object.fromEntries(Object.entries(properties).filter(([name]) => !taken.has(name)));
  return { schema: { ...schema, properties: rest }, fields };
}

function isChosen(property: unknown): boolean {
  const { oneOf, items, ...rest } = recordOf(property);
  return Array.isArray(oneOf) || Array.isArray(rest.enum) || items !== undefined;
}

/** A single field without a description is what the message asks for. */
function withMessage(schema: Properties, message: string): Properties {
  const [first, ...others] = Object.entries(recordOf(schema.properties));
  if (first === undefined || others.length > 0 || message === '') return schema;
  const [name, property] = first;
  return { ...schema, properties: { [name]: { description: message, ...recordOf(property) } } };
}

function contentWith(
  form: Form,
  names: readonly string[],
  custom: ReadonlyMap<string, string>,
  answers: Record<string, string>,
  leaveOut: string,
): Record<string, unknown> | null {
  const chosen: Record<string, string> = {};
  const own: Properties = {};
  for (const [at, question] of form.questions.entries()) {
    const answer = answers[question.question] ?? '';
    const field = custom.get(names[at] ?? '');
    const parted = field === undefined ? null : part(question, answer);
    const offersLeavingOut = question.options.some(({ label }) => label === leaveOut);
    const known = parted === null ? answer : parted.known;
    chosen[question.question] = known === '' && offersLeavingOut ? leaveOut : known;
    if (field !== undefined && parted !== null && parted.own !== '') own[field] = parted.own;
  }
  const content = form.contentOf(chosen);
  return content === null ? null : { ...content, ...own };
}

/** What of an answer is among the options, and what the person wrote instead or beside them. */
function part({ options, several }: AgentQuestion, answer: string): { known: string; own: string } {
  const isKnown = (text: string) => options.some(({ label }) => label === text);
  if (!several) return isKnown(answer) ? { known: answer, own: '' } : { known: '', own: answer };
  const parts = answer.split(BETWEEN);
  return {
    known: parts.filter(isKnown).join(BETWEEN),
    own: parts.filter((text) => !isKnown(text)).join(BETWEEN),
  };
}

/** In ACP an absent value may be written as null. */
function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)])) as T;
}

function recordOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}

const CUSTOM = '_custom';
/** As the page joins several chosen options. */
const BETWEEN = ', ';
