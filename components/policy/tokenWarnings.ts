import { FILLED_SECONDS, SKEW_SECONDS } from "../tokens/token";
import { printDuration, printMinutes } from "./duration";
import { printMoment } from "./moment";
import type { TokenSupply } from "./policy";

/** Half of what a token bears: then a knocker's clock may be off by as much. */
const WORTH_SAYING_SECONDS = SKEW_SECONDS / 2;

/** Later than any boot or flush makes the first slot. */
const LONG_SECONDS = 3600;

/**
 * What somebody should know of the tokens of a host, in words.
 *
 * @param now seconds since 1970, when the host said what it has
 */
export function tokenWarnings({ clock, filled }: TokenSupply, now: number): readonly string[] {
  const off = clock - now;
  const later = filled.filter(({ from }) => from > now);
  const ending = filled.filter(({ from, to }) => from <= now && to < now + FILLED_SECONDS / 2);
  return [
    ...(Math.abs(off) > WORTH_SAYING_SECONDS
      ? [
          `its clock is ${printMinutes(Math.abs(off))} ${off > 0 ? "ahead of" : "behind"} this machine's, and tokens bear ${printDuration(SKEW_SECONDS)}: set the clock that is wrong`,
        ]
      : []),
    ...later.map(({ knocker, from }) =>
      from > now + LONG_SECONDS
        ? `it has no tokens of ${knocker} before ${printMoment(from)}: its clock was once that far ahead; give ${knocker} another secret`
        : `it has no tokens of ${knocker} before ${printMoment(from)}: after a boot or a flush it begins with a slot that nobody can have used`,
    ),
    ...ending.map(({ knocker, to }) =>
      to === 0
        ? `it has no tokens of ${knocker}: see there why portknock-tokens.timer does not run`
        : `it has tokens of ${knocker} until ${printMoment(to)} only: see there why portknock-tokens.timer does not run`,
    ),
  ];
}
