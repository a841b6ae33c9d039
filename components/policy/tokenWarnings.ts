import { FILLED_SECONDS, SKEW_SECONDS } from "../tokens/token";
import { printDuration } from "./duration";
import { printMoment } from "./moment";
import type { TokenSupply } from "./policy";

/** Half of what a token bears: then a knocker's clock may be off by as much. */
const WORTH_SAYING_SECONDS = SKEW_SECONDS / 2;

/**
 * What somebody should know of the tokens of a host, in words.
 *
 * @param now seconds since 1970, when the host said what it has
 */
export function tokenWarnings({ clock, filled }: TokenSupply, now: number): readonly string[] {
  const off = Math.round(clock - now);
  const ending = filled.filter(({ to }) => to < now + FILLED_SECONDS / 2);
  return [
    ...(Math.abs(off) > WORTH_SAYING_SECONDS
      ? [
          `its clock is ${printDuration(Math.abs(off))} ${off > 0 ? "ahead of" : "behind"} this machine's, and tokens bear ${printDuration(SKEW_SECONDS)}: set the clock that is wrong`,
        ]
      : []),
    ...ending.map(({ knocker, from, to }) =>
      to === 0
        ? `it has no tokens of ${knocker} before ${printMoment(from)}: after a boot or a flush it begins with a slot that nobody can have used`
        : `it has tokens of ${knocker} until ${printMoment(to)} only: see there why portknock-tokens.timer does not run`,
    ),
  ];
}
