import { contains } from "../policy/network";
import type { Network, Policy, PortRange, Protocol } from "../policy/policy";
import { comparePortRanges, overlaps, printPortRange } from "../policy/portRange";
import { type ExplainedPacket, explainPacket, type Fate, GUARDED } from "./explainPacket";

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

/** What a port answers to every network that the policy names, and to the others. */
export function explainPort(
  policy: Policy,
  port: Pick<ExplainedPacket, "protocol" | "port">,
): readonly OverviewLine[] {
  const networks = namedNetworks(policy);
  const lines = [
    ...networks.map(({ cidr }) => ({ subject: cidr, address: firstAddress(cidr) })),
    { subject: "anybody else", address: strangerTo(networks) },
  ];
  return lines.map(({ subject, address }) => toLine(subject, address, policy, { address, ...port }));
}

/** One packet speaks for many: what stood for them is named as they are. Who guards a port matters most. */
function toLine(subject: string, example: string, policy: Policy, packet: ExplainedPacket): OverviewLine {
  const { fate, steps } = explainPacket(policy, packet);
  const telling = steps.find(({ rule }) => rule === GUARDED) ?? steps.at(-1);
  const words = telling?.words ?? "";
  // A network that is named for itself, `10.0.0.0/8`, begins with its first address.
  const parts = words.split(" ").map((word) => (word === example ? subject : word));
  return { subject, fate, words: parts.join(" ") };
}

/** No range of a validated policy cuts another one. */
function namedRanges({ services, openPorts, profile }: Policy): readonly PortRange[] {
  const all = [
    ...services.flatMap(({ ports }) => ports),
    ...openPorts,
    ...(profile.kind === "guard"
      ? []
      : [...profile.traps, ...profile.openPortsFrom.flatMap(({ ports }) => ports)]),
  ];
  return all
    .filter((range, index) => all.findIndex((other) => comparePortRanges(other, range) === 0) === index)
    .toSorted(comparePortRanges);
}

function namedNetworks({ allow, profile }: Policy): readonly Network[] {
  const ofBaseline =
    profile.kind === "guard"
      ? []
      : [...profile.exceptNetworks, ...profile.openPortsFrom.flatMap(({ from }) => from)];
  const all = [...allow, ...ofBaseline];
  return all.filter(({ cidr }, index) => all.findIndex((other) => other.cidr === cidr) === index);
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

/** Public addresses far apart: no policy names networks around all of them. */
const STRANGERS = ["8.8.8.8", "1.1.1.1", "9.9.9.9", "193.0.14.129", "2620:fe::fe"];

function strangerTo(networks: readonly Network[]): string {
  return STRANGERS.find((address) => !contains(networks, address)) ?? "8.8.8.8";
}

function firstAddress(cidr: string): string {
  return cidr.split("/")[0] ?? cidr;
}
