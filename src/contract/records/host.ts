/** A host of the list, which all gateways of a store share. */

export interface ListedHost {
  /** Sessions and turns name their host by it. */
  name: string;
  /** The account there. */
  user: string;
  /** A name or an address. */
  address: string;
  port: number;
  /** Paths of the private key and the pinned host keys, on each gateway's machine. */
  keyFile: string;
  knownHostsFile: string;
  /** Where a question may go on while another host is away: 1 comes first. Null: the owner gave no order. */
  preference: number | null;
  /** False: it takes no questions, and what is open there is stopped. */
  enabled: boolean;
  /** True: it takes no new sessions; those that live there stay. */
  draining: boolean;
  addedAt: number;
}

/** What may change in a host once it is on the list. */
export type HostChange = Partial<Pick<ListedHost, 'keyFile' | 'knownHostsFile' | 'enabled' | 'draining'>>;
