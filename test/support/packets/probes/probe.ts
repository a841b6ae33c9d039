import type { Bytes, Flow } from "./frames";

/** Something that a person with raw sockets may send to find out what is behind a port. */
export interface Probe {
  readonly name: string;
  /** @default both */
  readonly family?: 4 | 6;
  /** Where it claims to come from. @default an address that is routed to the prober, of this probe alone */
  readonly from?: (flow: Flow) => string;
  /** @default the host */
  readonly to?: string;
  /** @default one that no other probe has */
  readonly fromPort?: (flow: Flow) => number;
  /** In a frame for everybody on the link. @default in one for the host */
  readonly isBroadcast?: true;
  /** The packets, in order. */
  readonly packets: (flow: Flow) => readonly Bytes[];
}
