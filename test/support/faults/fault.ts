/** What happens at one call of one command. */
export type FaultKind =
  | "script-before"
  | "script-after"
  | "tree-before"
  | "tree-after"
  | "cut"
  | "full"
  | "fails"
  | "fails-after"
  | "broken";

export const FAULT_TEXTS: Readonly<Record<FaultKind, string>> = {
  "script-before": "script killed before a command",
  "script-after": "script killed after a command",
  "tree-before": "all its processes killed before a command",
  "tree-after": "all its processes killed after a command",
  cut: "power cut",
  full: "no room on the disk from a command on",
  fails: "a command fails",
  "fails-after": "a command does its work and fails",
  broken: "nft or systemd fails from a call on",
};

export interface Fault {
  readonly kind: FaultKind;
  /** The command whose calls are counted; `any` counts all. */
  readonly command: string;
  readonly call: number;
}

export const KILLS: readonly FaultKind[] = ["script-before", "tree-after", "tree-before", "script-after"];
export const FAILURES: readonly FaultKind[] = ["fails", "fails-after"];

/** What may be broken for longer: they answer for the kernel and for systemd. */
export const FALLIBLE: readonly string[] = ["nft", "systemctl", "systemd-run"];
