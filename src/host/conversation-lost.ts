import { PaliadinError } from '../contract/errors.ts';

/** The agent does not know the conversation that it was to resume: it would end at its start, or has done so. */
export class ConversationLost extends PaliadinError {
  constructor(options: { cause?: unknown } = {}) {
    super('agent_stopped', 'the agent no longer knows its conversation', options);
  }
}
