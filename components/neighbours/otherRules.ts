import type { PortRange, Protocol } from "../policy/policy";

const NUMBERS: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };

/**
 * Whether a packet that opens something on one of these ports may meet the conditions of a rule. In doubt it may:
 * a warning must not be wrong.
 */
export function mayMeet(conditions: string, range: PortRange): boolean {
  return [isOfProtocol, hasPort, isNew, comesFromOutside].every((test) => test(conditions, range));
}

/** Whether every TCP packet that opens something meets them. */
export function allMeet(conditions: string): boolean {
  return conditions.replaceAll(/(?:meta l4proto|ip protocol) (?:tcp|6)|ct state new/g, "").trim() === "";
}

function isOfProtocol(conditions: string, { protocol }: PortRange): boolean {
  const named = operands(conditions, /(?:meta l4proto|ip protocol|ip6 nexthdr)/).map(
    ({ isNot, values }) => values.some((value) => (NUMBERS[value] ?? value) === protocol) !== isNot,
  );
  const other: Protocol = protocol === "tcp" ? "udp" : "tcp";
  const isOther = new RegExp(
    String.raw`\b(?:${other}|icmp|icmpv6|igmp|sctp|dccp|esp|ah) (?:[sd]port|type|flags|spi)\b`,
  );
  return named.every(Boolean) && !isOther.test(conditions);
}

function hasPort(conditions: string, { from, to }: PortRange): boolean {
  return operands(conditions, /\b(?:tcp|udp|th) dport/).every(({ isNot, values }) => {
    const ranges = values.map((value) => /^(\d+)(?:-(\d+))?$/.exec(value));
    if (ranges.includes(null)) {
      return true;
    }
    const ends = ranges.map((match) => ({
      first: Number(match?.[1]),
      last: Number(match?.[2] ?? match?.[1]),
    }));
    return isNot
      ? !ends.some(({ first, last }) => first <= from && to <= last)
      : ends.some(({ first, last }) => first <= to && from <= last);
  });
}

function isNew(conditions: string): boolean {
  return operands(conditions, /\bct state/).every(({ isNot, values }) => values.includes("new") !== isNot);
}

function comesFromOutside(conditions: string): boolean {
  return operands(conditions, /\biif(?:name)?/).every(
    ({ isNot, values }) => isNot || values.some((value) => value !== "lo"),
  );
}

interface Operands {
  readonly isNot: boolean;
  readonly values: readonly string[];
}

/** What a key is compared with, each time: `tcp dport { 22, 80 }`. Named sets and concatenations are left out. */
function operands(conditions: string, key: RegExp): readonly Operands[] {
  const pattern = new RegExp(String.raw`${key.source} (!=? )?(?:\{([^}]*)\}|([^\s@.]\S*))`, "g");
  return [...conditions.matchAll(pattern)].map(([, not, many, one = ""]) => ({
    isNot: not !== undefined,
    values: (many ?? one).split(",").map((value) => value.trim().replaceAll('"', "")),
  }));
}
