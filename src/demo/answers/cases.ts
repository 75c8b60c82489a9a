/** The cases of the small application that the demo agent pretends to assist in. */
export interface Case {
  id: number;
  title: string;
  /** Days until its next deadline; negative when it has passed. */
  due: number;
}

export const CASES: readonly Case[] = [
  { id: 42, title: 'Müller v. Bosch', due: 3 },
  { id: 17, title: 'Estate of Lindqvist', due: -2 },
  { id: 58, title: 'Okafor v. City of Graz', due: 12 },
  { id: 61, title: 'Hartmann Lease', due: -9 },
  { id: 73, title: 'Sato & Sons Incorporation', due: 30 },
];

/** A chip that opens the case. */
export function caseChip({ id, title }: Case): string {
  return `[${title}](app:/cases/${id})`;
}

/** A chip that asks a follow-up question. */
export function askChip(question: string): string {
  return `[${question}](ask:${encodeURIComponent(question)})`;
}
