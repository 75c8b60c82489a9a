import type { AgentLogEntry } from '../../contract/agent-log.ts';
import { toolCard } from '../../contract/tool-card.ts';
import type { AgentSignal } from './driver.ts';

/** Translates an entry of an agent's log into a signal. */
export function signalOf(entry: AgentLogEntry): AgentSignal {
  switch (entry.event) {
    case 'prompt':
      return { type: 'received' };
    case 'text':
      return { type: 'text', delta: entry.delta };
    case 'tool':
      return { type: 'tool', tool: { id: entry.id, title: entry.title, status: entry.status } };
    case 'approval': {
      const { event: _, input, ...approval } = entry;
      const { tool } = approval;
      return {
        type: 'approval',
        approval: tool === undefined || input === undefined ? approval : { ...approval, ...toolCard(tool, input) },
      };
    }
    case 'approval-closed':
      return { type: 'approval-closed', id: entry.id };
    case 'stop': {
      const { inputTokens = null, outputTokens = null, detail } = entry;
      return { type: 'stopped', inputTokens, outputTokens, ...(detail === undefined ? {} : { detail }) };
    }
    case 'failure':
      return { type: 'failed', code: entry.code, detail: entry.detail };
    case 'interrupted':
      return { type: 'interrupted' };
  }
}
