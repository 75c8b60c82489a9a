/**
 * Which gateway runs the turns of a session. It is the session's carrier, and only the carrier begins runs. Another
 * gateway becomes the carrier where there is none, where the carrier is gone, and where it seizes the session to start it
 * over. Gateways are identified by `GatewayLink.id`.
 */
import type { Turn } from '../contract/records/turn.ts';

export interface CarriedTurn {
  turn: Turn;
  /** A person wants it to end. */
  stopRequested: boolean;
}

/** An open turn, and whose it is. */
export interface OpenTurn {
  turnId: string;
  session: string;
  stopRequested: boolean;
  /** `free`: no gateway that runs carries its session. */
  carrier: 'this' | 'other' | 'free';
}

/** The gateway that asks. */
export interface Asking {
  gateway: number;
  /** False: a carrier other than `gateway` counts as running, whether it does or not. */
  knowsOthers: boolean;
}

export interface CarrierStore {
  /**
   * Makes the gateway the carrier, if the session has open turns and no other gateway carries it. The open turns in
   * the order of acceptance; null where another gateway carries or holds it.
   */
  claim(session: string, by: Asking): Promise<CarriedTurn[] | null>;
  /**
   * Makes the gateway the carrier whoever is, requests the end of all open turns, and holds the session: nobody else can
   * seize it until `unhold`. The open turns; null where another gateway holds it.
   */
  seize(session: string, by: Asking, at: number): Promise<CarriedTurn[] | null>;
  unhold(session: string, gateway: number): Promise<void>;
  /** The session has no carrier any more. False where it has open turns, is held, or the gateway does not carry it. */
  release(session: string, gateway: number): Promise<boolean>;
  /** The gateway carries and holds nothing any more. */
  releaseAll(gateway: number): Promise<void>;
  /** All open turns, in the order of acceptance. */
  open(by: Asking): Promise<OpenTurn[]>;
  /** Puts on record that a person wants the turn to end. Its session; null where it has ended, or does not exist. */
  requestStop(turnId: string, at: number): Promise<string | null>;
}
