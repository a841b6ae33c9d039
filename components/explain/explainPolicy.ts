import { namedPorts } from "../policy/door";
import { exceptedNetworks, MARTIANS } from "../policy/martians";
import { isLoopback, neighbourhood } from "../policy/network";
import type { Network, Policy, PortRange, Protocol } from "../policy/policy";
import { comparePortRanges, overlaps, printPortRange } from "../policy/portRange";
import { explainPacket } from "./explainPacket";
import { type ExplainedPacket, type Fate, STEPS } from "./explanation";
import { type NetworkNode, networkTree } from "./networkTree";

/** One line of an overview: ports or sources, what becomes of a packet there, and why. */
export interface OverviewLine {
  readonly subject: string;
  readonly fate: Fate;
  readonly words: string;
}

/** What a source meets at every port that the policy names, and at the others. */
export function explainSource(policy: Policy, address: string): readonly OverviewLine[] {
  const ranges = namedRanges(policy);
  const first = ({ protocol, from }: PortRange): PortRange => ({ protocol, from, to: from });
  const lines = [
    ...ranges.map((range) => ({ subject: printPortRange(range), port: first(range) })),
    { subject: "any other tcp", port: otherPort(ranges, "tcp") },
    { subject: "any other udp", port: otherPort(ranges, "udp") },
  ];
  return lines.map(({ subject, port }) =>
    toLine(subject, printPortRange(port), policy, { address, protocol: port.protocol, port: port.from }),
  );
}

/** What a port answers to every network that the policy names, and to the others. No address is in two lines. */
export function explainPort(
  policy: Policy,
  port: Pick<ExplainedPacket, "protocol" | "port">,
): readonly OverviewLine[] {
  const named = namedNetworks(policy);
  const names = new Set(named.map(({ cidr }) => cidr));
  const unnamed = [...WORLD, ...builtInNetworks(policy)].filter(({ cidr }) => !names.has(cidr));
  const isNamed = ({ network }: NetworkNode): boolean => names.has(network.cidr);
  const judge = (subject: string, address: string): OverviewLine =>
    toLine(subject, address, policy, { address, ...port });

  const lines = new Map<string, OverviewLine>();
  /** Whether a node, or one inside it, has a line: then the line around it is about the rest. */
  const visit = (node: NetworkNode, outer: Fate | undefined): boolean => {
    const { network, example, inside } = node;
    const builtIn = isNamed(node) || WORLD.includes(network) ? undefined : toBuiltInLine(network);
    const judged = example === undefined ? undefined : (builtIn ?? judge(network.cidr, example));
    const isCut = inside.map((inner) => visit(inner, judged?.fate)).includes(true);
    if (judged === undefined || example === undefined) {
      return isCut;
    }
    if (builtIn !== undefined) {
      // What meets the fate of all around it needs no line.
      const isTelling = builtIn.fate !== outer;
      if (isTelling) {
        lines.set(builtIn.subject, builtIn);
      }
      return isTelling || isCut;
    }
    const whole = isNamed(node) ? network.cidr : ANYBODY_ELSE;
    lines.set(whole, judge(isCut && isNamed(node) ? `the rest of ${whole}` : whole, example));
    return true;
  };
  for (const node of networkTree([...named, ...unnamed])) {
    visit(node, undefined);
  }
  const order = [...names, ANY_OTHER_MARTIAN.subject, LOOPBACK.subject, ANYBODY_ELSE];
  return order.flatMap((subject) => lines.get(subject) ?? []);
}

const ANYBODY_ELSE = "anybody else";

const WORLD: readonly Network[] = [
  { family: 4, cidr: "0.0.0.0/0" },
  { family: 6, cidr: "::/0" },
];

const ANY_OTHER_MARTIAN: OverviewLine = {
  subject: "any other martian",
  fate: "dropped",
  words: "routed by no network, and in neither baseline.exceptNetworks nor allow",
};

const LOOPBACK: OverviewLine = { subject: "loopback", fate: "accepted", words: "loopback is let through" };

function toBuiltInLine({ cidr }: Network): OverviewLine {
  return isLoopback(firstAddress(cidr)) ? LOOPBACK : ANY_OTHER_MARTIAN;
}

/** Those that meet a fate of their own whether or not the policy names them. Excepted ones are as all others. */
function builtInNetworks(policy: Policy): readonly Network[] {
  const excepted = neighbourhood(exceptedNetworks(policy));
  return MARTIANS.filter(
    (network) =>
      isLoopback(firstAddress(network.cidr)) ||
      (policy.profile.kind === "baseline" && !excepted.isInside(network)),
  );
}

/** One packet speaks for many: what stood for them is named as they are. Who guards a port matters most. */
function toLine(subject: string, example: string, policy: Policy, packet: ExplainedPacket): OverviewLine {
  const { fate, steps } = explainPacket(policy, packet);
  const telling = steps.find(({ rule }) => rule === STEPS.guardedPort) ?? steps.at(-1);
  const words = telling?.words ?? "";
  // A network that is named for itself, `10.0.0.0/8`, begins with its first address.
  const parts = words.split(" ").map((word) => (word === example ? subject : word));
  return { subject, fate, words: parts.join(" ") };
}

/** No range of a validated policy cuts another one. */
function namedRanges(policy: Policy): readonly PortRange[] {
  const all = namedPorts(policy);
  return all
    .filter((range, index) => all.findIndex((other) => comparePortRanges(other, range) === 0) === index)
    .toSorted(comparePortRanges);
}

function namedNetworks({ allow, profile }: Policy): readonly Network[] {
  const ofBaseline =
    profile.kind === "guard"
      ? []
      : [
          ...profile.exceptNetworks,
          ...profile.openPortsFrom.flatMap(({ from }) => from),
          ...profile.ping.from,
        ];
  return [...new Map([...allow, ...ofBaseline].map((network) => [network.cidr, network])).values()];
}

/** A port that the policy does not name, whether or not it is a knock: both are answered alike. */
function otherPort(named: readonly PortRange[], protocol: Protocol): PortRange {
  const isNamed = (port: number): boolean =>
    named.some((range) => overlaps(range, { protocol, from: port, to: port }));
  let port = 1;
  while (port < 65535 && isNamed(port)) {
    port += 1;
  }
  return { protocol, from: port, to: port };
}

function firstAddress(cidr: string): string {
  return cidr.split("/")[0] ?? cidr;
}
