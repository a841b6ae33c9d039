import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainPacket } from "../../components/explain/explainPacket";
import { explainPort, type OverviewLine } from "../../components/explain/explainPolicy";
import { MARTIANS } from "../../components/policy/martians";
import { contains, isLoopback, parseNetwork, prefixOf } from "../../components/policy/network";
import type { Policy } from "../../components/policy/policy";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { POLICIES, type PolicyInput } from "../support/policies";

const SSH = { ssh: { ports: ["22"], sequence: "10000,2345,3456/udp" } };

function overview(input: object, port: number): readonly string[] {
  const lines = explainPort(parsePolicy({ services: SSH, ...input }), { protocol: "tcp", port });
  return lines.map(({ subject, fate }) => `${subject}: ${fate}`);
}

describe("explainPort", () => {
  it("judges a network by what is in no smaller one", () => {
    const baseline = {
      exceptNetworks: ["10.0.0.0/8"],
      openPortsFrom: [{ ports: ["9100"], from: ["10.0.0.0/24"] }],
    };
    expect(overview({ baseline }, 9100)).toEqual([
      "the rest of 10.0.0.0/8: refused",
      "10.0.0.0/24: accepted",
      "any other martian: dropped",
      "loopback: accepted",
      "anybody else: refused",
    ]);
    expect(overview({ baseline, allow: ["10.0.0.0/25"] }, 22)).toEqual([
      "10.0.0.0/25: accepted",
      "the rest of 10.0.0.0/8: refused",
      "the rest of 10.0.0.0/24: refused",
      "any other martian: dropped",
      "loopback: accepted",
      "anybody else: refused",
    ]);
  });

  it("names martians apart from the world that a port is open to", () => {
    const baseline = { openPortsFrom: [{ ports: ["443"], from: ["0.0.0.0/0", "::/0"] }] };
    expect(overview({ baseline }, 443)).toEqual([
      "the rest of 0.0.0.0/0: accepted",
      "the rest of ::/0: accepted",
      "any other martian: dropped",
    ]);
  });

  it("says nothing of martians that meet what everybody meets", () => {
    expect(overview({ guardedAnswer: "drop", baseline: {} }, 443)).toEqual([
      "loopback: accepted",
      "anybody else: dropped",
    ]);
  });

  it("skips a network that smaller ones cover", () => {
    const baseline = {
      exceptNetworks: ["20.0.0.0/8"],
      openPortsFrom: [{ ports: ["9100"], from: ["20.0.0.0/9", "20.128.0.0/9"] }],
    };
    expect(overview({ baseline }, 9100).filter((line) => line.includes("20."))).toEqual([
      "20.0.0.0/9: accepted",
      "20.128.0.0/9: accepted",
    ]);
  });

  it("says of the smallest network around an address what explainPacket says of the address", () => {
    const cases = fc
      .tuple(POLICIES, fc.infiniteStream(fc.subarray(NESTED, { maxLength: 4 })))
      .map(([input, nested]) => parsePolicy(withNetworks(input, nested)))
      .chain((policy) =>
        fc.record({
          policy: fc.constant(policy),
          port: fc.constantFrom(...portsOf(policy)),
          addresses: fc.array(addressesOf(policy), { minLength: 20, maxLength: 20 }),
        }),
      );
    fc.assert(
      fc.property(cases, ({ policy, port, addresses }) => {
        const lines = explainPort(policy, port);
        const valid = addresses.filter((address) => parseNetwork(address).kind === "value");
        expect(valid.map((address) => [address, lineOf(policy, lines, address)?.fate])).toEqual(
          valid.map((address) => [address, explainPacket(policy, { address, ...port }).fate]),
        );
      }),
      // Shrinking whole policies takes minutes.
      { numRuns: 80, interruptAfterTimeLimit: 15_000 },
    );
  });
});

/** Networks that cut each other and the built-in ones, as random ones hardly do. */
const NESTED = [
  "0.0.0.0/0",
  "10.0.0.0/7",
  "10.0.0.0/8",
  "10.0.0.0/9",
  "10.128.0.0/9",
  "10.0.0.0/24",
  "127.0.0.0/16",
  "224.0.0.0/3",
  "224.0.0.0/5",
  "::/0",
  "::/127",
  "fc00::/6",
  "fd00::/8",
  "2001:db8::/33",
];

/** The same policy, some of its networks instead of random ones nested in each other. */
function withNetworks(input: PolicyInput, nested: Iterator<readonly string[]>): object {
  const next = (): readonly string[] => nested.next().value;
  const baseline = input.baseline && {
    ...input.baseline,
    exceptNetworks: next(),
    openPortsFrom: [{ ports: ["39999"], from: [...next(), "10.1.0.0/16"] }],
  };
  return { ...input, allow: next(), ...(baseline && { baseline }) };
}

/** Among others those beside the edges of what is named, and of what nobody routes. */
function addressesOf(policy: Policy): fc.Arbitrary<string> {
  const networks = [...namedNetworks(policy), ...MARTIANS.map(({ cidr }) => cidr)];
  return fc.oneof(fc.constantFrom(...networks).chain(addressNear), fc.ipV4(), fc.ipV6());
}

/** The line about the smallest of the networks that hold the address. */
function lineOf(policy: Policy, lines: readonly OverviewLine[], address: string): OverviewLine | undefined {
  const held = lines.flatMap((line) => {
    const networks = networksOf(policy, line.subject).filter((network) => contains([network], address));
    return networks.map((network) => ({ line, prefix: prefixOf(network) }));
  });
  return held.toSorted((a, b) => b.prefix - a.prefix)[0]?.line;
}

function networksOf(policy: Policy, subject: string) {
  const loopback = MARTIANS.filter(({ cidr }) => isLoopback(cidr.split("/")[0] ?? ""));
  switch (subject) {
    case "anybody else":
      return [{ family: 4, cidr: "0.0.0.0/0" } as const, { family: 6, cidr: "::/0" } as const];
    case "loopback":
      return loopback;
    case "any other martian":
      return MARTIANS.filter((martian) => !loopback.includes(martian) && !isExcepted(policy, martian.cidr));
    default: {
      const parsed = parseNetwork(subject.replace("the rest of ", ""));
      return parsed.kind === "value" ? [parsed.value] : [];
    }
  }
}

function isExcepted({ allow, profile }: Policy, cidr: string): boolean {
  const excepted = [...allow, ...(profile.kind === "baseline" ? profile.exceptNetworks : [])];
  const [address = "", prefix] = cidr.split("/");
  return excepted.some((network) => prefixOf(network) <= Number(prefix) && contains([network], address));
}

function namedNetworks({ allow, profile }: Policy): readonly string[] {
  const ofBaseline =
    profile.kind === "guard"
      ? []
      : [...profile.exceptNetworks, ...profile.openPortsFrom.flatMap(({ from }) => from)];
  return [...allow, ...ofBaseline].map(({ cidr }) => cidr);
}

function portsOf({ services, openPorts, profile }: Policy) {
  const ranges = [
    ...services.flatMap(({ ports }) => ports),
    ...openPorts,
    ...(profile.kind === "guard"
      ? []
      : [...profile.openPortsFrom.flatMap(({ ports }) => ports), ...profile.traps]),
    { protocol: "tcp" as const, from: 1 },
  ];
  return ranges.map(({ protocol, from }) => ({ protocol, port: from }));
}

/** The first address of a network, or one that differs from it in a bit. */
function addressNear(cidr: string): fc.Arbitrary<string> {
  const first = cidr.split("/")[0] ?? "";
  if (first.includes(":")) {
    return fc.nat(0xffff).map((word) => (first.endsWith("::") ? `${first}${word.toString(16)}` : first));
  }
  const bytes = first.split(".").map(Number);
  return fc
    .nat(31)
    .chain((bit) =>
      fc
        .boolean()
        .map((flips) =>
          bytes
            .map((byte, index) => (flips && index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
            .join("."),
        ),
    );
}
