import { keepingServices } from "../policy/flows";
import type { Policy } from "../policy/policy";
import { windowIds } from "../policy/windowId";
import type { Family } from "./phrases";
import { PORT_TYPE } from "./portMaps";
import type { NamedSet } from "./ruleset";
import { knockTimeouts, type Stage } from "./stages";
import { tokenSets } from "./tokenRules";
import { windowSets } from "./windowChains";

/** One /16 of IPv4 sources at once. Full sets refuse newcomers; they never open anything. */
const SOURCES = 65536;
const COUNTED_PORTS = 4096;

/** A source that was quiet for so long begins a meter afresh. */
const METER_SECONDS = 10;
const COUNTED_PORT_SECONDS = 86400;

/** What packets write: never a part of what is desired. */
export function dynamicSets(
  policy: Policy,
  stages: readonly Stage[],
  families: readonly Family[],
): readonly NamedSet[] {
  const { services, profile } = policy;
  const timeouts = knockTimeouts(stages);
  return [
    ...families.flatMap((family) => knockingSets(family, timeouts)),
    ...(keepingServices(policy).length > 0 ? families.map(flowsSet) : []),
    ...families.flatMap((family) => windowSets(policy, family, OF_SOURCES)),
    ...(policy.knockers.length > 0 ? [counters("pk_entries", windowIds(policy).length)] : []),
    ...tokenSets(policy),
    counters("pk_connections", services.length),
    counters("pk_refusals", services.length),
    {
      name: "pk_refused",
      keyType: PORT_TYPE,
      flags: ["dynamic", "timeout"],
      size: COUNTED_PORTS,
      timeoutSeconds: COUNTED_PORT_SECONDS,
      elements: [],
    },
    ...(profile.kind === "baseline" ? families.flatMap(baselineSets) : []),
  ];
}

function knockingSets({ version, addressType }: Family, timeouts: readonly number[]): readonly NamedSet[] {
  return [
    {
      name: `pk_stage${version}`,
      keyType: [addressType],
      valueType: "classid",
      ...OF_SOURCES,
      // Where single packets alone open, nobody has a stage.
      timeoutSeconds: Math.max(1, ...timeouts),
    },
    ...(timeouts.length > 1 ? [{ name: `pk_waiting${version}`, keyType: [addressType], ...OF_SOURCES }] : []),
    { name: `pk_admitted${version}`, keyType: [addressType, "classid"], ...OF_SOURCES },
    { name: `pk_pace${version}`, keyType: [addressType], ...OF_SOURCES, timeoutSeconds: METER_SECONDS },
  ];
}

function flowsSet({ version, addressType }: Family): NamedSet {
  return { name: `pk_flows${version}`, keyType: [addressType, "classid"], ...OF_SOURCES };
}

function baselineSets({ version, addressType }: Family): readonly NamedSet[] {
  return [
    { name: `pk_blacklist${version}`, keyType: [addressType], ...OF_SOURCES },
    { name: `pk_trusted${version}`, keyType: [addressType], ...OF_SOURCES },
    { name: `pk_syns${version}`, keyType: [addressType], ...OF_SOURCES, timeoutSeconds: METER_SECONDS },
  ];
}

const OF_SOURCES = { flags: ["dynamic", "timeout"], size: SOURCES, elements: [] } as const;

function counters(name: string, size: number): NamedSet {
  return { name, keyType: ["classid"], flags: ["dynamic"], size, elements: [] };
}
