import type { BaselinePart } from "../outline/fields";
import { printDuration } from "../policy/duration";
import type { Ping } from "../policy/policy";
import { byNumber, byWidth, type Sides } from "./change";
import type { Judge, Judges } from "./fieldChanges";
import { judgeExceptNetworks, judgePing } from "./judgeNetworks";
import { describePortChange, judgePorts, portChange } from "./judgePorts";
import { judgeKnocks } from "./serviceJudges";

/** What changes of a baseline mean that is on both sides. */
export function baselineJudges(sides: Sides): Judges<BaselinePart> {
  return {
    blacklistSeconds: ({ before = 0, after = 0 }) => ({
      direction: byWidth(-before, -after),
      meaning: `attackers are held for ${printDuration(after)} after their last packet`,
    }),
    synsPerSecond: ({ before = 0, after = 0 }) => ({
      direction: byWidth(before, after),
      meaning: `${after} SYNs a second from one source are no attack`,
    }),
    traps: ({ before = [], after = [] }) => {
      const change = portChange(before, after, sides);
      return {
        direction: byNumber(change.removed.length, change.added.length),
        meaning: describePortChange(change, "blacklists whoever touches it", "blacklists nobody any more"),
      };
    },
    exceptNetworks: (change) => judgeExceptNetworks(change, sides),
    openPortsFrom: ({ before = [], after = [] }) =>
      judgePorts(
        [...before, ...after].flatMap(({ ports }) => ports),
        sides,
      ),
    forward: ({ before, after }) => ({
      direction: byWidth(Number(before === "accept"), Number(after === "accept")),
      meaning:
        after === "accept"
          ? "the host forwards whatever it routes"
          : `new forwarded packets: ${after === "drop" ? "dropped" : "rejected"}`,
    }),
    unbanSequence: ({ before = [], after = [] }) => {
      if (before.length > 0 && after.length > 0) {
        return judgeKnocks(before, after);
      }
      return before.length === 0
        ? { direction: "opens up", meaning: "a sequence leads off the blacklist" }
        : { direction: "closes down", meaning: "no sequence leads off the blacklist" };
    },
    unbanKnockTimeoutSeconds: ({ before = 0, after = 0 }) => ({
      direction: before === 0 || after === 0 ? "changes" : byWidth(before, after),
      meaning: `${after === 0 ? "nothing" : printDuration(after)} from knock to knock of the unban sequence`,
    }),
  };
}

const judgePings: Judge<number> = ({ before = 0, after = 0 }) => ({
  direction: byWidth(before, after),
  meaning: "echo requests that are answered",
});

export const PING_JUDGES: Judges<Ping> = {
  perSecond: judgePings,
  burst: judgePings,
  from: ({ before = [], after = [] }) => judgePing(before, after),
};
