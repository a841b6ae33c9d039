import { COMMON_PORTS, FIRST_FREE_PORT } from "../commonPorts";
import { knockKey } from "../knockKey";
import type { Knock } from "../policy";
import type { Finding } from "../policyError";
import { printKnocks, printNumber } from "../printNumber";

/** The fewest and the most knocks of a sequence. One knock is what any scan makes. */
export const MIN_KNOCKS = 2;
export const MAX_KNOCKS = 16;

/** Looks at the knocks of one sequence. Names knocks by number, never by port. */
export type KnockRule = (knocks: readonly Knock[]) => readonly Finding[];

/** @param alternative what to do without a sequence. */
export function wrongCount(count: number, alternative: string): Finding {
  return {
    problem: `has ${printNumber(count)} ${count === 1 ? "knock" : "knocks"}`,
    remedy: `give ${MIN_KNOCKS} to ${MAX_KNOCKS}, or ${alternative}`,
  };
}

/** A sequence that is not written has no knocks at all. */
export function tooFewKnocks(alternative: string): KnockRule {
  return ({ length }) => (length > 0 && length < MIN_KNOCKS ? [wrongCount(length, alternative)] : []);
}

/** A client's retransmit would be taken for the second of the two. */
export function repeatedKnock(knocks: readonly Knock[]): readonly Finding[] {
  const firstAt = new Map<string, number>();
  return knocks.flatMap((knock, index) => {
    const first = firstAt.get(knockKey(knock));
    firstAt.set(knockKey(knock), first ?? index);
    return first === undefined
      ? []
      : [{ problem: `knock ${index + 1} repeats knock ${first + 1}`, remedy: "use each port once" }];
  });
}

export function neighbouringKnocks(knocks: readonly Knock[]): readonly Finding[] {
  return knocks.flatMap(({ protocol, port }, index) => {
    const previous = knocks[index - 1];
    return previous?.protocol === protocol && Math.abs(previous.port - port) === 1
      ? [
          {
            problem: `knocks ${index} and ${index + 1} are neighbouring ports, which a plain scan tries in a row`,
            remedy: "choose ports that are further apart",
          },
        ]
      : [];
  });
}

export function commonKnock(knocks: readonly Knock[]): readonly Finding[] {
  const common = placesOf(knocks, ({ port }) => port < FIRST_FREE_PORT || COMMON_PORTS.has(port));
  return common.length === 0
    ? []
    : [
        {
          problem: `${printKnocks(common)} ${isPorts(common)} of a well-known service, which every scan tries`,
          remedy: `choose a port from ${printNumber(FIRST_FREE_PORT)} on that is not listed in docs/operations.md under "Choosing a sequence"`,
        },
      ];
}

/** Where in a sequence such knocks are. */
export function placesOf(knocks: readonly Knock[], isMeant: (knock: Knock) => boolean): readonly number[] {
  return knocks.flatMap((knock, place) => (isMeant(knock) ? [place] : []));
}

export function isPorts({ length }: readonly number[]): string {
  return length === 1 ? "is a port" : "are ports";
}
