import { type ByDoor, namedDoors } from "../policy/door";
import type { Knock, Policy, PortRange } from "../policy/policy";
import { accept, goto } from "./phrases";
import type { NamedSet, SetFlag, Verdict } from "./ruleset";
import type { Stage } from "./stages";

/** Only policies with ranges have this map, and its rule. */
export const PORT_RANGES = "pk_port_ranges";

export const PORT_TYPE = ["inet_proto", "inet_service"];

/** What a port means to a packet, whoever sends it. */
interface PortRole {
  readonly range: PortRange;
  readonly verdict: Verdict;
}

/**
 * The first look-up of a packet: the ports to which more than the source's stage matters. A set of single ports
 * without `interval` is a bitmap in the kernel, as fast with 60 000 ports as with one; a map is a hash, and with
 * ranges a tree. So the bitmap comes first, and almost every packet of a scan leaves there.
 */
export function portMaps(policy: Policy, stages: readonly Stage[]): readonly NamedSet[] {
  const roles = portRoles(policy, stages);
  const single = roles.filter(({ range }) => isSingle(range));
  const wide = roles.filter(({ range }) => !isSingle(range));
  return [
    namedSet(single),
    { name: "pk_ports", ...portMap(single) },
    ...(wide.length > 0 ? [{ name: PORT_RANGES, ...portMap(wide) }] : []),
  ];
}

export function portElement({ protocol, from, to }: PortRange): readonly string[] {
  return [protocol, from === to ? `${from}` : `${from}-${to}`];
}

export function intervalFlag(ranges: readonly PortRange[]): readonly SetFlag[] {
  return ranges.every(isSingle) ? [] : ["interval"];
}

/** Of both protocols together: the map behind it knows them apart. */
function namedSet(roles: readonly PortRole[]): NamedSet {
  const ports = new Set(roles.map(({ range }) => range.from));
  return {
    name: "pk_named",
    keyType: ["inet_service"],
    flags: [],
    elements: [...ports].toSorted((a, b) => a - b).map((port) => ({ key: [`${port}`] })),
  };
}

function portMap(roles: readonly PortRole[]): Omit<NamedSet, "name"> {
  return {
    keyType: PORT_TYPE,
    valueType: "verdict",
    flags: intervalFlag(roles.map(({ range }) => range)),
    elements: roles.map(({ range, verdict }) => ({ key: portElement(range), value: verdict })),
  };
}

function portRoles(policy: Policy, [root]: readonly Stage[]): readonly PortRole[] {
  const named = namedDoors(policy).flatMap(({ ranges, door }) => {
    const verdict = VERDICTS[door.kind];
    return verdict === undefined ? [] : withVerdict(verdict, ranges);
  });
  const firsts = (root?.moves ?? []).map(({ knock }) => toRange(knock));
  return [...named, ...withVerdict(goto("pk_knock"), firsts)];
}

/** Nothing for ports at which a packet may be a wrong knock. */
const VERDICTS: ByDoor<Verdict | undefined> = {
  guarded: goto("pk_guard"),
  open: goto("pk_closed"),
  tolerated: accept(),
  restricted: goto("pk_restricted"),
  trap: undefined,
  closed: undefined,
  leftAlone: undefined,
};

function withVerdict(verdict: Verdict, ranges: readonly PortRange[]): readonly PortRole[] {
  return ranges.map((range) => ({ range, verdict }));
}

function toRange({ protocol, port }: Knock): PortRange {
  return { protocol, from: port, to: port };
}

function isSingle({ from, to }: PortRange): boolean {
  return from === to;
}
