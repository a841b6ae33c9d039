/** What we compile for one host: our table only, as data. Only the printer knows nftables' punctuation. */
export interface Ruleset {
  readonly table: string;
  readonly sets: readonly NamedSet[];
  readonly chains: readonly Chain[];
}

/** A named set, or with `valueType` a map. */
export interface NamedSet {
  readonly name: string;
  readonly keyType: readonly string[];
  /** The key is what these parts of a packet hold, for which no type has a name. */
  readonly isPacketPart?: true;
  readonly valueType?: "classid" | "verdict";
  readonly flags: readonly SetFlag[];
  /** Required on dynamic sets: without one the kernel assumes 65535 entries in some versions, any in others. */
  readonly size?: number;
  readonly timeoutSeconds?: number;
  readonly elements: readonly Element[];
}

export type SetFlag = "interval" | "dynamic" | "timeout";

export interface Element {
  readonly key: readonly string[];
  readonly value?: string | Verdict;
}

export interface Chain {
  readonly name: string;
  /** Only base chains have one. */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

export interface Hook {
  readonly type: "filter";
  readonly hook: "prerouting" | "forward";
  readonly priority: "mangle" | "filter";
  readonly policy: "accept" | "drop";
}

export interface Rule {
  readonly statements: readonly Statement[];
  /** Names service and role. Never a port of a sequence: it is shown when the rule has drifted. */
  readonly comment: string;
}

/** Parts of a packet, joined when there are several: `["ip saddr", "meta priority"]`. */
export type Key = readonly string[];

export type Verdict =
  | { readonly kind: "accept" }
  | { readonly kind: "drop" }
  | { readonly kind: "return" }
  | { readonly kind: "goto"; readonly chain: string }
  | { readonly kind: "jump"; readonly chain: string };

export type MatchOperator = "==" | "!=" | "<";

export type Statement =
  | Verdict
  | { readonly kind: "match"; readonly key: Key; readonly operator?: MatchOperator; readonly operand: string }
  | { readonly kind: "inSet"; readonly key: Key; readonly set: string; readonly isNegated?: boolean }
  | { readonly kind: "lookUpVerdict"; readonly key: Key; readonly map: string }
  | { readonly kind: "dispatch"; readonly key: Key; readonly cases: readonly DispatchCase[] }
  | { readonly kind: "assign"; readonly target: string; readonly source: Source }
  | { readonly kind: "update"; readonly set: string; readonly element: DynamicElement }
  /** An element that is there stays as it is. */
  | { readonly kind: "add"; readonly set: string; readonly element: DynamicElement }
  | { readonly kind: "delete"; readonly set: string; readonly element: DynamicElement }
  | { readonly kind: "limit"; readonly rate: string }
  | { readonly kind: "log"; readonly prefix: string }
  | { readonly kind: "reject"; readonly with: Refusal };

export type Refusal = "tcp reset" | "icmpx type port-unreachable" | "icmpx type admin-prohibited";

export interface DispatchCase {
  readonly when: string;
  readonly verdict: Verdict;
}

export type Source =
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "lookUp"; readonly key: Key; readonly map: string };

/** What a packet writes into a dynamic set. */
export interface DynamicElement {
  readonly key: Key;
  readonly timeoutSeconds?: number;
  /** Matches only packets above this rate. */
  readonly rateOver?: string;
  /** Matches only packets up to this rate. */
  readonly rate?: string;
  /** Counts the packets that wrote it. */
  readonly isCounted?: boolean;
  readonly value?: string;
}
