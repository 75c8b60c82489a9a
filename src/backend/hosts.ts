/** The hosts that a gateway reaches, and which of them a session lives on. */
import type { PaliadinError } from '../contract/errors.ts';
import type { HostRoom } from '../contract/host.ts';
import type { Backend } from './backend.ts';

export interface Hosts {
  /** The host of a session or a turn: each row names its own. A host that is not there any more refuses every call. */
  of(row: { host: string }): Backend;
  /** Whether sessions may stay on the host of this name: it is there, and takes questions. */
  serves(host: string): boolean;
  /** Where a new session is created: the host with most room. A host whose health is old or failing has none. */
  forNewSession(): Promise<Backend>;
  /** Where the owner would rather have questions go on while this host is away; null where nowhere, or not now. */
  insteadOf(host: string): Backend | null;
  /** Those that are there now. */
  all(): readonly Backend[];
  /** How the owner has set a host that is there, and what it has left. */
  standing(host: string): Standing;
  /** Calls back for each host that is there, and for each that is added. */
  each(listener: (backend: Backend) => void): void;
  /** Why no host accepts questions, and what would change that; null where one does. */
  refusal(): PaliadinError | null;
  close(): Promise<void>;
}

export interface Standing {
  /** Whether it is on the list, where it can be drained. */
  listed: boolean;
  enabled: boolean;
  draining: boolean;
  /** Its place in the owner's order; null where it has none. */
  preference: number | null;
  /** As it told last; null where it is not known, or the host does not tell it. */
  room: HostRoom | null;
}
