import type { ByDoor } from "../policy/door";
import { MARTIANS } from "../policy/martians";
import type { Network, Policy, PortRange, RestrictedPorts } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import { dynamicSets } from "./dynamicSets";
import { flowSets } from "./flowChains";
import { knockMaps } from "./knockMaps";
import type { Family } from "./phrases";
import { intervalFlag, PORT_TYPE, portElement, portMaps } from "./portMaps";
import type { NamedSet } from "./ruleset";
import type { Stage } from "./stages";

/** What the rules look up: the dynamic sets hold sources, the static ones say what ports and networks mean. */
export function compileSets(
  policy: Policy,
  stages: readonly Stage[],
  families: readonly Family[],
): readonly NamedSet[] {
  return [
    ...dynamicSets(policy, stages, families),
    ...networkSet("pk_allow", policy.allow, families),
    ...portMaps(policy, stages),
    guardedMap(policy),
    ...onceSet(policy),
    ...flowSets(policy),
    ...baselineSets(policy, families),
    ...knockMaps(stages),
  ];
}

function guardedMap({ services }: Policy): NamedSet {
  return {
    name: "pk_guarded",
    keyType: PORT_TYPE,
    valueType: "classid",
    flags: intervalFlag(services.flatMap(({ ports }) => ports)),
    elements: services.flatMap(({ name, ports }) =>
      ports.map((range) => ({ key: portElement(range), value: serviceId(name) })),
    ),
  };
}

function onceSet({ services }: Policy): readonly NamedSet[] {
  const once = services.filter(({ access }) => access === "once");
  return once.length === 0
    ? []
    : [
        {
          name: "pk_once",
          keyType: ["classid"],
          flags: [],
          elements: once.map(({ name }) => ({ key: [serviceId(name)] })),
        },
      ];
}

function baselineSets({ profile, openPorts }: Policy, families: readonly Family[]): readonly NamedSet[] {
  if (profile.kind === "guard") {
    return [];
  }
  const ports: ByDoor<readonly NamedSet[]> = {
    open: portSet("pk_open_ports", openPorts),
    restricted: families.flatMap((family) => restrictedSet(profile.openPortsFrom, family)),
    trap: portSet("pk_traps", profile.traps),
    // In the maps of ports, under every profile; the last two are what no set names.
    guarded: [],
    tolerated: [],
    closed: [],
    leftAlone: [],
  };
  return [
    ...networkSet("pk_ping", profile.ping.from, families),
    ...networkSet("pk_martians", MARTIANS, families),
    ...networkSet("pk_except", profile.exceptNetworks, families),
    ...Object.values(ports).flat(),
  ];
}

function networkSet(
  name: string,
  networks: readonly Network[],
  families: readonly Family[],
): readonly NamedSet[] {
  return families.flatMap(({ version, addressType }): readonly NamedSet[] => {
    const own = networks.filter(({ family }) => family === version);
    return own.length === 0
      ? []
      : [
          {
            name: `${name}${version}`,
            keyType: [addressType],
            flags: ["interval"],
            elements: own.map(({ cidr }) => ({ key: [cidr] })),
          },
        ];
  });
}

function portSet(name: string, ranges: readonly PortRange[]): readonly NamedSet[] {
  return ranges.length === 0
    ? []
    : [
        {
          name,
          keyType: PORT_TYPE,
          flags: intervalFlag(ranges),
          elements: ranges.map((range) => ({ key: portElement(range) })),
        },
      ];
}

function restrictedSet(
  restricted: readonly RestrictedPorts[],
  { version, addressType }: Family,
): readonly NamedSet[] {
  const elements = restricted.flatMap(({ ports, from }) =>
    from
      .filter(({ family }) => family === version)
      .flatMap(({ cidr }) => ports.map((range) => ({ key: [cidr, ...portElement(range)] }))),
  );
  return elements.length === 0
    ? []
    : [
        {
          name: `pk_open_from${version}`,
          keyType: [addressType, ...PORT_TYPE],
          flags: ["interval"],
          elements,
        },
      ];
}
