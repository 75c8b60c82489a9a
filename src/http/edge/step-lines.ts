/** The agent's steps for protocols that know no tools but the client's own: each as a line of Markdown. */
import type { ToolProgress } from '../../contract/turn.ts';
import { plainMarkdown } from './plain-markdown.ts';

export interface StepLines {
  /** Null where there is nothing new to say. */
  lineOf(tool: ToolProgress): string | null;
}

export function createStepLines(): StepLines {
  const begun = new Set<string>();
  return {
    lineOf({ id, title, status }) {
      const isNew = !begun.has(id);
      begun.add(id);
      if (status === 'failed') return `**✗ ${plainMarkdown(title)}**`;
      return isNew ? `**${plainMarkdown(title)}**` : null;
    },
  };
}
