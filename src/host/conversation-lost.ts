import { PaliadinError } from '../contract/errors.ts';

/** The agent ended at its start, because it does not know the conversation that it was told to resume. */
export class ConversationLost extends PaliadinError {
  constructor(options: { cause: unknown }) {
    super('agent_stopped', 'the agent no longer knows its conversation', options);
  }
}
