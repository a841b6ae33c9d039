import type { Policy } from "../../../../components/policy/policy";
import type { PacketText } from "../rawPacket";
import type { SourceKind } from "./addresses";

/** A policy with what scripts against it are made of. */
export interface ScriptCase {
  readonly name: string;
  readonly policy: Policy;
  /** The ports on which the host answers, `80/tcp`. */
  readonly listening: readonly string[];
  /** Packets besides those of sequences and guarded ports. */
  readonly others: readonly PacketText[];
  /** Whether another table keeps all packets from connection tracking. @default false */
  readonly isUntracked?: boolean;
  /** A script has a source of each. */
  readonly sources: readonly SourceKind[];
}

/** What a script does next: one of its sources sends a packet, or everybody waits. */
export type ScriptStep = PacketStep | { readonly kind: "wait" };

export interface PacketStep {
  readonly kind: "packet";
  readonly source: number;
  readonly packet: PacketText;
}

export type Script = readonly ScriptStep[];
