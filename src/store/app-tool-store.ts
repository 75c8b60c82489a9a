/** The calls of the application's tools, and the keys of the tokens that go with them. */
import type { ToolCall } from '../contract/records/tool-call.ts';

export interface AppToolStore {
  /** Puts a call on record before it is made. Null where it is new; else what is known of it: it must not be made again. */
  begin(
    call: Pick<ToolCall, 'turnId' | 'callId' | 'tool' | 'arguments' | 'startedAt' | 'outcome'>,
  ): Promise<ToolCall | null>;
  /** One that changes nothing, once it has ended. Leaves what is known of it already as it is. */
  add(call: ToolCall): Promise<void>;
  /** From `waiting` to `running`. False where it does not wait any more: whoever started it makes it, and nobody else. */
  start(key: Pick<ToolCall, 'turnId' | 'callId'>): Promise<boolean>;
  /** What became of it. Changes nothing where its outcome is not `from` any more: then another gateway has gone on with it. */
  note(
    key: Pick<ToolCall, 'turnId' | 'callId'>,
    end: Partial<Pick<ToolCall, 'durationMs' | 'resultBytes' | 'detail'>> & Pick<ToolCall, 'outcome'>,
    from: 'waiting' | 'running',
  ): Promise<void>;
  /** How many calls the turn has made. */
  count(turnId: string): Promise<number>;
  /** In the order of their beginning. */
  ofTurn(turnId: string): Promise<ToolCall[]>;
  /** Newest first. */
  keys(): Promise<SigningKey[]>;
  addKey(key: SigningKey): Promise<void>;
  dropKeys(createdBefore: number): Promise<void>;
}

export interface SigningKey {
  kid: string;
  /** JSON. A secret. */
  privateJwk: string;
  createdAt: number;
}
