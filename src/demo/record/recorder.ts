/** Where a turn leaves a record for the host. */
import type { AgentLogEntry } from '../../contract/agent-log.ts';

export interface DemoRecorder {
  record(entry: AgentLogEntry): void;
  /** A piece of the answer that is not text. */
  recordBytes(bytes: Uint8Array): void;
}

/** For a prompt that nobody on the host waits for: its answer is on the screen alone. */
export const screenOnly: DemoRecorder = { record: () => {}, recordBytes: () => {} };
