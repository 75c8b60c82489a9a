/**
 * What gateways that share a database tell each other: that something is on record, never what. A message may come late,
 * twice, or not at all, so whoever depends on one also looks from time to time.
 */
import type { StoredEvent } from '../contract/records/event.ts';

/** Events of a turn were stored; `id` is the last of them. */
export type EventCursor = Pick<StoredEvent, 'userId' | 'turnId' | 'id'>;

export interface GatewayMessage {
  /** Events that were stored. */
  events: readonly EventCursor[];
  /** Names of sessions in which something is to be done: a turn was accepted, is to stop, or was decided on. */
  sessions: readonly string[];
  /** Look at everything: a gateway has left its sessions, or had more to say than fits. */
  all: boolean;
}

export interface GatewayLink {
  /** Identifies this gateway among those that run; see `CarrierStore`. */
  readonly id: number;
  /** False while the connection is lost: the others then take this gateway for gone. */
  isUp(): boolean;
  /** Whether the other gateways have had the time to come back, where the server was away for all of them. */
  knowsOthers(): boolean;
  /** Reaches the other gateways, soon. */
  send(message: Partial<GatewayMessage>): void;
  /** Calls back with messages of other gateways; with `all` where some may have been missed. */
  onMessage(listener: (message: GatewayMessage) => void): void;
  /** Whether this gateway does what only one of them does, such as deleting what is old. */
  leads(): Promise<boolean>;
  /** Sends what is left to be sent. From then on this gateway is gone for the others. */
  close(): Promise<void>;
}
