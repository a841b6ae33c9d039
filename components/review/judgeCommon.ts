import { byWidth, type FactChange, type Judgement, type Sides } from "./change";
import { cutPorts, liesIn, namedPorts, withoutSources } from "./cutPorts";
import { judgeAllow, judgeExceptNetworks, judgePing, listed } from "./judgeNetworks";
import { judgePorts } from "./judgePorts";
import { judgeKnocks } from "./judgeService";
import { seconds } from "./seconds";

/** What a change means that is of no service. */
export function judgeCommonField(written: FactChange, sides: Sides): Judgement {
  const change = effective(written, sides);
  const { path, removed, added } = change;
  const [before = "", after = ""] = [removed[0], added[0]];
  const grows = { direction: byWidth(Number(before), Number(after)) };
  switch (path) {
    case "allow":
      return judgeAllow(change, sides);
    case "openPorts":
      return judgeOpenPorts(change, sides);
    case "baseline.openPortsFrom":
      return judgePorts([...new Set([...removed, ...added].map(withoutSources))], sides);
    case "guardedAnswer":
      return {
        direction: "changes",
        meaning:
          after === "drop"
            ? "guarded ports answer nothing: they look filtered"
            : "guarded ports answer as closed ones do",
      };
    case "identity.ipv4Prefix":
    case "identity.ipv6Prefix":
      return {
        direction: byWidth(-Number(before), -Number(after)),
        meaning: `a knock admits the knocker's whole /${after}, and a wrong one from there resets it`,
      };
    case "profile":
      return after === "baseline"
        ? {
            direction: "closes down",
            meaning: "the table is the whole firewall: what is neither guarded nor open is closed",
          }
        : {
            direction: "opens up",
            meaning: "only guarded ports are closed; all others are as the host has them",
          };
    case "baseline.ping.perSecond":
    case "baseline.ping.burst":
      return { ...grows, meaning: "echo requests that are answered" };
    case "baseline.ping.from":
      return judgePing(change, sides);
    case "baseline.blacklistTime":
      return {
        direction: byWidth(-seconds(before), -seconds(after)),
        meaning: `attackers are held for ${after} after their last packet`,
      };
    case "baseline.synsPerSecond":
      return { ...grows, meaning: `${after} SYNs a second from one source are no attack` };
    case "baseline.traps":
      return {
        direction: removed.length > 0 ? "opens up" : added.length > 0 ? "closes down" : "changes",
        meaning: listed(change, "blacklists whoever touches it", "blacklists nobody any more"),
      };
    case "baseline.exceptNetworks":
      return judgeExceptNetworks(change, sides);
    case "baseline.forward":
      return {
        direction: byWidth(Number(before === "accept"), Number(after === "accept")),
        meaning:
          after === "accept"
            ? "the host forwards whatever it routes"
            : `new forwarded packets: ${after === "drop" ? "dropped" : "rejected"}`,
      };
    case "baseline.unbanKnocks":
      return before === "" || after === ""
        ? {
            direction: before === "" ? "opens up" : "closes down",
            meaning:
              before === "" ? "a sequence leads off the blacklist" : "no sequence leads off the blacklist",
          }
        : judgeKnocks(before, after, "");
    case "baseline.unbanKnockTimeout":
      return {
        direction: before === "" || after === "" ? "changes" : byWidth(seconds(before), seconds(after)),
        meaning: `${after === "" ? "nothing" : after} from knock to knock of the unban sequence`,
      };
    case "rollbackTimeout":
      return { direction: "changes", meaning: `hosts wait ${after} for Pulumi before they roll back` };
    case "log.stages":
      return {
        direction: "changes",
        meaning:
          after === "true"
            ? "the kernel's log then holds the ports of the sequences: for debugging only"
            : "the kernel's log tells nothing of knocks any more",
      };
    default:
      return {
        direction: "changes",
        meaning: path.startsWith("log.") ? "what the kernel's log tells" : "",
      };
  }
}

/** Without a baseline the table opens nothing. */
function judgeOpenPorts(change: FactChange, sides: Sides): Judgement {
  const isFirewall = [sides.before, sides.after].some((facts) => facts.one("profile") === "baseline");
  return isFirewall
    ? judgePorts([...change.removed, ...change.added], sides)
    : {
        direction: "changes",
        meaning: listed(
          change,
          "a connection to it is no wrong knock",
          "a connection to it is a wrong knock",
        ),
      };
}

/** Merging writes the same ports in other words: what is left is what changed. */
function effective(change: FactChange, { before, after }: Sides): FactChange {
  const [old, now] = [before.all(change.path), after.all(change.path)];
  switch (change.path) {
    case "openPorts":
    case "baseline.traps": {
      const pieces = cutPorts([...change.removed, ...change.added], namedPorts(before, after));
      return {
        ...change,
        removed: pieces.filter((piece) => !liesIn(piece, now)),
        added: pieces.filter((piece) => !liesIn(piece, old)),
      };
    }
    default:
      return change;
  }
}
