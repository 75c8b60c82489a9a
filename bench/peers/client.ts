/** A program that drives Claude Code for a client, as the benchmark measures it. */
export interface PeerClient extends AsyncDisposable {
  name: string;
  /** What it takes for the end of a turn. */
  final: string;
  ask(prompt: string): Promise<AskedPeer>;
  /** Processes whose memory is its own, with all below them; the agent itself is left out. */
  pids(): number[];
}

/** Milliseconds of `performance.now()`. */
export interface AskedPeer {
  submitted: number;
  /** The whole text was there; null where the client does not see it before the end. */
  text: number | null;
  final: number;
}

export interface PeerNeeds {
  /** Claude Code. */
  program: string;
  /** Where the peers are installed. */
  packages: string;
  /** Of the agent: a home of its own, and the scripted model. */
  env: Record<string, string>;
  work: string;
  /** A directory of its own. */
  directory: string;
}
