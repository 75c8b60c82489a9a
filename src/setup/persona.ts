/** The one section of the skill that belongs to the host's owner. */

/** Below the plugin's directory. */
export const SKILL_FILE = 'skills/paliadin/SKILL.md';

export interface SkillText {
  before: string;
  /**
   * `## Who you are` with everything below it, up to the next heading of the same rank. Empty if there is no such
   * section.
   */
  persona: string;
  after: string;
}

export function splitPersona(text: string): SkillText {
  const start = text.search(/^## Who you are[ \t]*$/m);
  if (start < 0) return { before: text, persona: '', after: '' };
  const length = text.slice(start + 1).search(/^## /m);
  const end = length < 0 ? text.length : start + 1 + length;
  return { before: text.slice(0, start), persona: text.slice(start, end), after: text.slice(end) };
}

/** Whether nobody has written yet who answers. */
export function isPlaceholder(persona: string): boolean {
  return persona.includes('<!-- Owner: replace this section.');
}
