import type { Finding } from "../policy/policyError";
import { unreachable } from "../policy/unreachable";
import {
  closesPorts,
  type Effect,
  opensPorts,
  portsOf,
  unknown,
  valueBehind,
  WITH_CONDITION,
} from "./effect";
import { parseProtocol } from "./portWords";

/** `ufw [insert N] allow from SOURCE [to ANY] port PORT [proto PROTOCOL]`, or `ufw delete allow …`. */
export function readUfw(words: readonly string[]): Effect {
  const isDeleted = words.includes("delete");
  const at = words.indexOf("allow");
  if (at < 0 || words.includes("out") || words.includes("route")) {
    return unknown(
      "is a command of ufw that lets nobody in as far as can be read",
      "write the service by hand, if it does",
    );
  }
  const rule = words.slice(at + 1).filter((word) => word !== "in");
  const protocol = valueBehind(rule, ["proto"]);
  const [short = "", shortProtocol = protocol ?? "tcp"] = (rule[0] ?? "").split("/");
  const known = parseProtocol(protocol ?? shortProtocol);
  const [from, to] = [rule.indexOf("from"), rule.indexOf("to")];
  const there = to < 0 ? [] : rule.slice(to, from > to ? from : undefined);
  const isLong = from >= 0 || to >= 0;
  // A port behind `from` is one of the knocker's own.
  if (
    isLong &&
    rule.filter((word) => word === "port").length > there.filter((word) => word === "port").length
  ) {
    return WITH_CONDITION;
  }
  const ports = known && portsOf(isLong ? valueBehind(there, ["port"]) : short, known);
  return isDeleted
    ? closesPorts(ports)
    : withFinding(
        opensPorts({
          ports,
          source: valueBehind(rule, ["from"]),
          isOnInterface: valueBehind(rule, ["on"]) !== undefined,
        }),
        protocol === undefined && !(rule[0] ?? "").includes("/")
          ? {
              problem: "opens the UDP port of that number too, and the service has the TCP port alone",
              remedy: 'add the port with "/udp" to its ports if something listens there',
            }
          : undefined,
      );
}

function withFinding(effect: Effect, finding: Finding | undefined): Effect {
  switch (effect.kind) {
    case "opens":
      return finding === undefined ? effect : { ...effect, findings: [...effect.findings, finding] };
    case "closes":
    case "waits":
    case "unknown":
      return effect;
    default:
      return unreachable(effect);
  }
}
