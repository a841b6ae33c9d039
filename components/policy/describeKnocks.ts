import type { Knock } from "./policy";

/** Number and protocols of a sequence, `3: tcp, udp, tcp`. Never a port. */
export function describeKnocks(sequence: readonly Knock[]): string {
  return `${sequence.length}: ${sequence.map(({ protocol }) => protocol).join(", ")}`;
}
