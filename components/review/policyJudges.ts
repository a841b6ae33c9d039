import type { PolicyPart } from "../outline/fields";
import type { Outline } from "../outline/outline";
import { printDuration } from "../policy/duration";
import type { PortRange, Rollout } from "../policy/policy";
import { listSome } from "../policy/printNumber";
import { byWidth, type Judgement, type Sides } from "./change";
import type { Judge, Judges } from "./fieldChanges";
import { judgeAllow } from "./judgeNetworks";
import { describePortChange, judgePorts, portChange } from "./judgePorts";

/** What changes mean that are of no service, and of no baseline. */
export function policyJudges(sides: Sides): Judges<PolicyPart> {
  return {
    deployer: ({ after = "" }) => ({
      direction: "changes",
      meaning:
        after === ""
          ? "Pulumi does not knock: its address must be in allow where its way is guarded"
          : `Pulumi knocks as ${after} where its way is guarded`,
    }),
    allow: (change) => judgeAllow(change, sides),
    openPorts: ({ before = [], after = [] }) => judgeOpenPorts(before, after, sides),
    guardedAnswer: ({ after }) => ({
      direction: "changes",
      meaning:
        after === "drop"
          ? "guarded ports answer nothing: they look filtered"
          : "guarded ports answer as closed ones do",
    }),
    rollbackSeconds: ({ after = 0 }) => ({
      direction: "changes",
      meaning: `hosts wait ${printDuration(after)} for Pulumi before they roll back`,
    }),
  };
}

export const PROFILE_JUDGES: Judges<Pick<Outline["profile"], "kind">> = {
  kind: ({ after }) =>
    after === "baseline"
      ? {
          direction: "closes down",
          meaning: "the table is the whole firewall: what is neither guarded nor open is closed",
        }
      : {
          direction: "opens up",
          meaning: "only guarded ports are closed; all others are as the host has them",
        },
};

const judgePrefix: Judge<number> = ({ before = 0, after = 0 }) => ({
  direction: byWidth(-before, -after),
  meaning: `a knock admits the knocker's whole /${after}, and a wrong one from there resets it`,
});

export const IDENTITY_JUDGES: Judges<Outline["identity"]> = {
  ipv4Prefix: judgePrefix,
  ipv6Prefix: judgePrefix,
};

export const ROLLOUT_JUDGES: Judges<Rollout> = {
  canaries: ({ after = [] }) => ({
    direction: "changes",
    meaning:
      after.length === 0
        ? "no host is tried before the others"
        : `an update touches ${listSome(after)} first, and no other host where one of these is not confirmed`,
  }),
  batch: ({ after = 0 }) => ({
    direction: "changes",
    meaning:
      after === 0
        ? "an update touches all hosts in one go"
        : `an update touches ${after} hosts at a time, and the next when these are confirmed`,
  }),
};

const LOGGED: Judgement = { direction: "changes", meaning: "what the kernel's log tells" };

export const LOG_JUDGES: Judges<Outline["log"]> = {
  admissions: () => LOGGED,
  stages: ({ after }) => ({
    direction: "changes",
    meaning:
      after === true
        ? "the kernel's log then holds the ports of the sequences: for debugging only"
        : "the kernel's log tells nothing of knocks any more",
  }),
  refusals: () => LOGGED,
  linesPerMinute: () => LOGGED,
};

/** Without a baseline the table opens nothing. */
export function judgeOpenPorts(
  before: readonly PortRange[],
  after: readonly PortRange[],
  sides: Sides,
): Judgement {
  const change = portChange(before, after, sides);
  const isFirewall = [sides.before, sides.after].some(({ outline }) => outline.profile.kind === "baseline");
  return isFirewall
    ? judgePorts([...change.removed, ...change.added], sides)
    : {
        direction: "changes",
        meaning: describePortChange(
          change,
          "a connection to it is no wrong knock",
          "a connection to it is a wrong knock",
        ),
      };
}
