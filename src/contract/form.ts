/**
 * The form of an MCP server, as questions that a person can answer, and the answers in the form that the server
 * accepts.
 */
import { z } from 'zod';
import type { AgentQuestion, QuestionOption } from './turn.ts';

/** The words for what a form offers: yes and no, and leaving out what is optional. */
export interface FormWords {
  yes: string;
  no: string;
  leaveOut: string;
}

export interface Form {
  questions: AgentQuestion[];
  /** Null if the server would not accept them. */
  contentOf(answers: Record<string, string>): Record<string, unknown> | null;
}

/** Null if questions can't express the form. */
export function formOf(schema: unknown, message: string, words: FormWords): Form | null {
  const parsed = formSchema.safeParse(schema ?? {});
  if (!parsed.success) return null;
  const { properties, required } = parsed.data;
  const fields = Object.entries(properties).map(([name, property]) => fieldOf(name, property, required, words));
  if (fields.length === 0) return confirmation(message, words);
  const questions = fields.map(({ question }) => question);
  const areTold = new Set(questions.map(({ question }) => question)).size === questions.length;
  if (!areTold || questions.some(isAmbiguous)) return null;
  return { questions, contentOf: (answers) => contentOf(fields, answers) };
}

interface Field {
  name: string;
  question: AgentQuestion;
  /** Undefined to omit it, null for what the server would not accept. */
  toValue(answer: string): unknown;
}

function confirmation(question: string, { yes, no }: FormWords): Form {
  const questions = [{ question, options: [{ label: yes }, { label: no }], several: false }];
  return { questions, contentOf: (answers) => (answers[question] === yes ? {} : null) };
}

function fieldOf(name: string, property: Property, required: string[], words: FormWords): Field {
  const { title, description } = property;
  const { options, several = false, toValue } = kindOf(property, words);
  const isOptional = !required.includes(name);
  const question: AgentQuestion = {
    question: description ?? title ?? name,
    ...(description !== undefined && { header: title ?? name }),
    options: [...options, ...(isOptional ? [{ label: words.leaveOut }] : [])],
    several,
  };
  return {
    name,
    question,
    toValue: (answer) => (isOptional && answer === words.leaveOut ? undefined : toValue(answer)),
  };
}

interface Kind {
  options: QuestionOption[];
  several?: boolean;
  toValue(answer: string): unknown;
}

function kindOf(property: Property, words: FormWords): Kind {
  switch (property.type) {
    case 'boolean':
      return oneOf([
        { label: words.yes, value: true },
        { label: words.no, value: false },
      ]);
    case 'array':
      return someOf(choicesOf(property.items), property);
    case 'string': {
      const choices = choicesOf(property);
      return choices.length > 0 ? oneOf(choices) : { options: [], toValue: (answer) => textOf(answer, property) };
    }
    default:
      return { options: [], toValue: (answer) => numberOf(answer, property) };
  }
}

interface Choice {
  label: string;
  description?: string | undefined;
  value: unknown;
}

function oneOf(choices: Choice[]): Kind {
  const toValue = (answer: string) => choices.find(({ label }) => label === answer)?.value ?? null;
  const options = choices.map(({ label, description }) => ({
    label,
    ...(description !== undefined && { description }),
  }));
  return { options, toValue };
}

function someOf(choices: Choice[], { minItems = 0, maxItems = Number.POSITIVE_INFINITY }: Property): Kind {
  const one = oneOf(choices);
  const toValue = (answer: string) => {
    const values = answer.split(BETWEEN).map(one.toValue);
    return values.includes(null) || values.length < minItems || values.length > maxItems ? null : values;
  };
  return { options: one.options, several: true, toValue };
}

function choicesOf({ enum: values = [], enumNames = [], oneOf, anyOf }: Choosable = {}): Choice[] {
  const named = (oneOf ?? anyOf ?? []).map(({ const: value, title, description }) => {
    return { label: title ?? value, value, description };
  });
  return [...values.map((value, at) => ({ label: enumNames[at] ?? value, value })), ...named];
}

function textOf(
  answer: string,
  { minLength = 0, maxLength = Number.POSITIVE_INFINITY, format }: Property,
): string | null {
  if (answer.length < minLength || answer.length > maxLength) return null;
  return format === undefined || (FORMATS[format]?.(answer) ?? true) ? answer : null;
}

/** The formats that the protocol names. */
const FORMATS: Record<string, (text: string) => boolean> = {
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  uri: (text) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  'date-time': (text) => /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text)),
};

function numberOf(
  answer: string,
  { type, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Property,
): number | null {
  const value = answer.trim() === '' ? Number.NaN : Number(answer);
  if (!Number.isFinite(value) || value < minimum || value > maximum) return null;
  return type === 'integer' && !Number.isInteger(value) ? null : value;
}

function contentOf(fields: Field[], answers: Record<string, string>): Record<string, unknown> | null {
  const content: Record<string, unknown> = {};
  for (const { name, question, toValue } of fields) {
    const value = toValue(answers[question.question] ?? '');
    if (value === null) return null;
    if (value !== undefined) Object.defineProperty(content, name, { value, enumerable: true });
  }
  return content;
}

/** If two options have the same name, or one answer has several, it is unclear which one is meant. */
function isAmbiguous({ options, several }: AgentQuestion): boolean {
  const labels = options.map(({ label }) => label);
  return new Set(labels).size < labels.length || (several && labels.some((label) => label.includes(BETWEEN)));
}

/** The separator that the page puts between several chosen options. */
const BETWEEN = ', ';

const named = z.object({ const: z.string(), title: z.string().optional(), description: z.string().optional() });
const choosable = {
  enum: z.array(z.string()).optional(),
  enumNames: z.array(z.string()).optional(),
  oneOf: z.array(named).optional(),
  anyOf: z.array(named).optional(),
};
const choosableSchema = z.object(choosable);
type Choosable = z.infer<typeof choosableSchema>;

const property = z.object({
  type: z.enum(['string', 'number', 'integer', 'boolean', 'array']),
  title: z.string().optional(),
  description: z.string().optional(),
  ...choosable,
  items: choosableSchema.optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  format: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
type Property = z.infer<typeof property>;

const formSchema = z.object({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
});
