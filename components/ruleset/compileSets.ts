import { namedSequences } from "../policy/namedSequences";
import type { Knock, Policy, PortRange, Protocol } from "../policy/policy";
import { knockKey } from "../policy/sequence";
import { serviceId } from "../policy/serviceId";
import { completeChainName } from "./knockChains";
import { type Family, goto } from "./phrases";
import type { Element, NamedSet } from "./ruleset";
import type { Move, Stage } from "./stages";

/** One /16 of IPv4 sources at once. Full sets refuse newcomers; they never open anything. */
const DYNAMIC_SET_SIZE = 65536;

const PORT_TYPE = ["inet_proto", "inet_service"];
const STAGE_TYPE = "classid";

/** What the rules look up: the dynamic sets hold sources, the static ones say what each port means. */
export function compileSets(
  policy: Policy,
  stages: readonly Stage[],
  families: readonly Family[],
): readonly NamedSet[] {
  return [
    ...families.flatMap((family) => dynamicSets(family)),
    ...families.flatMap((family) => allowSet(policy, family)),
    namedPortsSet("tcp", policy),
    namedPortsSet("udp", policy),
    guardedMap(policy),
    ...openSet(policy),
    movesMap(stages),
    nextMap(stages),
    firstsMap(stages),
  ];
}

function dynamicSets({ version, addressType }: Family): readonly NamedSet[] {
  const dynamic = { flags: ["dynamic", "timeout"], size: DYNAMIC_SET_SIZE, elements: [] } as const;
  return [
    { name: `pk_stage${version}`, keyType: [addressType], valueType: "classid", ...dynamic },
    { name: `pk_admitted${version}`, keyType: [addressType, STAGE_TYPE], ...dynamic },
    // Forgotten after the time in which any pace meter has refilled.
    { name: `pk_pace${version}`, keyType: [addressType], ...dynamic, timeoutSeconds: 10 },
  ];
}

function allowSet({ allow }: Policy, { version, addressType }: Family): readonly NamedSet[] {
  const networks = allow.filter((network) => network.family === version);
  if (networks.length === 0) {
    return [];
  }
  return [
    {
      name: `pk_allow${version}`,
      keyType: [addressType],
      flags: ["interval"],
      elements: networks.map(({ cidr }) => ({ key: [cidr] })),
    },
  ];
}

/** Every port that the policy names: the first look-up of a packet, and for almost all packets the last but
 * one. Without ranges it is a hash; `interval` makes it a tree that costs 1.3 to 1.6 times as much. */
function namedPortsSet(protocol: Protocol, policy: Policy): NamedSet {
  const knocks = namedSequences(policy).flatMap((sequence) => sequence.knocks.map(toRange));
  const ranges = [...policy.services.flatMap(({ ports }) => ports), ...policy.openPorts, ...knocks];
  const ports = new Set(ranges.filter((range) => range.protocol === protocol).map(printPorts));
  return {
    name: `pk_named_${protocol}`,
    keyType: ["inet_service"],
    flags: intervalFlag(ranges.filter((range) => range.protocol === protocol)),
    elements: [...ports].map((port) => ({ key: [port] })),
  };
}

function guardedMap({ services }: Policy): NamedSet {
  return {
    name: "pk_guarded",
    keyType: PORT_TYPE,
    valueType: "classid",
    flags: intervalFlag(services.flatMap(({ ports }) => ports)),
    elements: services.flatMap(({ name, ports }) =>
      ports.map((range) => ({ key: [range.protocol, printPorts(range)], value: serviceId(name) })),
    ),
  };
}

function openSet({ openPorts }: Policy): readonly NamedSet[] {
  if (openPorts.length === 0) {
    return [];
  }
  return [
    {
      name: "pk_open",
      keyType: PORT_TYPE,
      flags: intervalFlag(openPorts),
      elements: openPorts.map((range) => ({ key: [range.protocol, printPorts(range)] })),
    },
  ];
}

/** What a knock means at a stage: a move, or, made before in this attempt, nothing. */
function movesMap(stages: readonly Stage[]): NamedSet {
  const elements = stages
    .slice(1)
    .flatMap((stage) => [
      ...stage.moves.map((move) => ({ key: knockAt(stage, move.knock), value: goto(moveChain(move)) })),
      ...stage.path
        .filter((knock) => !stage.moves.some((move) => knockKey(move.knock) === knockKey(knock)))
        .map((knock) => ({ key: knockAt(stage, knock), value: goto("pk_done") })),
    ]);
  return { name: "pk_moves", keyType: [STAGE_TYPE, ...PORT_TYPE], valueType: "verdict", flags: [], elements };
}

function nextMap(stages: readonly Stage[]): NamedSet {
  const elements = stages.flatMap((stage) =>
    stage.moves.flatMap((move): readonly Element[] =>
      move.kind === "advance" ? [{ key: knockAt(stage, move.knock), value: handle(move.to.number) }] : [],
    ),
  );
  return { name: "pk_next", keyType: [STAGE_TYPE, ...PORT_TYPE], valueType: "classid", flags: [], elements };
}

function firstsMap(stages: readonly Stage[]): NamedSet {
  const elements = (stages[0]?.moves ?? []).flatMap((move): readonly Element[] =>
    move.kind === "advance"
      ? [{ key: portKey(move.knock), value: goto(`pk_first_${move.to.timeoutSeconds}s`) }]
      : [],
  );
  return { name: "pk_firsts", keyType: PORT_TYPE, valueType: "verdict", flags: [], elements };
}

function moveChain(move: Move): string {
  return move.kind === "complete"
    ? completeChainName(move.sequence.action, move.sequence.service)
    : `pk_advance_${move.to.timeoutSeconds}s`;
}

function knockAt(stage: Stage, knock: Knock): readonly string[] {
  return [handle(stage.number), ...portKey(knock)];
}

function portKey(knock: Knock): readonly string[] {
  return [knock.protocol, `${knock.port}`];
}

/** A stage's number in the form of the kernel's class handles: two 16-bit halves in hexadecimal. */
function handle(number: number): string {
  return [number >>> 16, number & 0xffff].map((half) => half.toString(16)).join(":");
}

function intervalFlag(ranges: readonly PortRange[]): readonly "interval"[] {
  return ranges.some(({ from, to }) => from !== to) ? ["interval"] : [];
}

function toRange({ protocol, port }: Knock): PortRange {
  return { protocol, from: port, to: port };
}

function printPorts({ from, to }: PortRange): string {
  return from === to ? `${from}` : `${from}-${to}`;
}
