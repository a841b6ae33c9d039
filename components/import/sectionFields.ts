import type { Note } from "./imported";
import type { KnockdDirective } from "./knockdFile";

/** What a section of knockd.conf may say. */
export type Field =
  | "sequence"
  | "oneTimeSequences"
  | "seqTimeout"
  | "tcpFlags"
  | "target"
  | "start"
  | "start6"
  | "cmdTimeout"
  | "stop"
  | "stop6";

/** knockd's names, some of which mean the same. */
export const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["SEQUENCE", "sequence"],
  ["ONE_TIME_SEQUENCES", "oneTimeSequences"],
  ["SEQ_TIMEOUT", "seqTimeout"],
  ["TIMEOUT", "seqTimeout"],
  ["TCPFLAGS", "tcpFlags"],
  ["TARGET", "target"],
  ["COMMAND", "start"],
  ["START_COMMAND", "start"],
  ["COMMAND_6", "start6"],
  ["START_COMMAND_6", "start6"],
  ["CMD_TIMEOUT", "cmdTimeout"],
  ["STOP_COMMAND", "stop"],
  ["STOP_COMMAND_6", "stop6"],
]);

export type Written = KnockdDirective & { readonly value: string };
export type Fields = ReadonlyMap<Field, Written>;

/** What became of some of it. */
export interface Read<T> {
  readonly value: T | undefined;
  readonly notes: readonly Note[];
}

/** As atoi(3) has it. */
export function toSeconds(text: string): number {
  return Number(/^[+-]?\d{1,9}/.exec(text)?.[0] ?? 0);
}
