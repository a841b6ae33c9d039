import { describe, expect, it } from "vitest";
import { outlineOf } from "../../components/outline/outline";
import { printOutline } from "../../components/outline/printOutline";
import { readOutline } from "../../components/outline/readOutline";
import { hostPolicies } from "../../components/policy/hostPolicy";
import { printProblem } from "../../components/policy/policyError";
import { addressesIn, parseTokenNetwork } from "../../components/policy/tokenNetwork";
import { parseFleetPolicy, tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf } from "../support/problemsOf";
import { reviewOf } from "../support/reviewOf";

const WRITE_ONE = 'write the one that is routed to this host, like "2001:db8:1:2::/64"';
const RESERVED = `is reserved, link-local or multicast, and routed to no host; ${WRITE_ONE}`;
const NO_64 = `is not a /64 of IPv6; ${WRITE_ONE}`;

const services = { ssh: { ports: ["22"] } };
const knockers = { alice: { services: ["ssh"], token: "c0".repeat(32) } };
const host = (number: number, tokenNetwork?: string) => ({
  connection: { host: `192.0.2.${number}`, port: 2222 },
  ...(tokenNetwork !== undefined && { tokenNetwork }),
});
const NETWORK = "2001:db8:1:2::/64";

describe("the network of tokens", () => {
  it.each([
    [NETWORK, NETWORK],
    ["2001:0DB8:1:02:0::/64", NETWORK],
    ["fd00:1:2:3::/64", "fd00:1:2:3::/64"],
    ["2001:db8::/64", "2001:db8::/64"],
    ["2001:db8:1:2::1/64", 'has bits set behind its prefix; write "2001:db8:1:2::/64" if that is meant'],
    ["2001:db8:1:2::", NO_64],
    ["2001:db8:1::/48", NO_64],
    ["2001:db8:1:2::/65", NO_64],
    ["192.0.2.0/24", NO_64],
    ["::/64", RESERVED],
    ["64:ff9b::/64", RESERVED],
    ["fe80::/64", RESERVED],
    ["fec0:0:0:1::/64", RESERVED],
    ["ff05::/64", RESERVED],
    ["my network", `is not an IPv6 network; ${WRITE_ONE}`],
    [
      "2001:db8:1:2::%eth0/64",
      'is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
    ],
  ])("written as %s is %s", (text, result) => {
    const parsed = parseTokenNetwork(text);
    expect(parsed.kind === "value" ? parsed.value.cidr : `${parsed.problem}; ${parsed.remedy}`).toBe(result);
  });

  it("is a host's own: the others do what they do without it, the same all", () => {
    const hosts = { "web-1": host(1, NETWORK), "web-2": host(2), "web-3": host(3) };
    const policyOf = hostPolicies(parseFleetPolicy({ services, knockers, hosts }));
    const [first, second, third] = ["web-1", "web-2", "web-3"].map((name) => policyOf(name).policy);
    expect(first?.tokenNetworks).toEqual([{ host: "web-1", network: { family: 6, cidr: NETWORK } }]);
    expect([second?.tokenNetworks, second === third]).toEqual([[], true]);
  });

  it("has addresses that are tokens where somebody has tokens alone, and a warning otherwise", () => {
    const hosts = { "web-1": host(1, NETWORK) };
    const sequences = { alice: { services: ["ssh"], sequence: "9100,7000,8200" } };
    const of = (written: object) => {
      const result = tryParsePolicy({ services, knockers: written, hosts });
      if (result.kind === "refused") throw new Error(result.problems.map(printProblem).join("\n"));
      const { policy } = hostPolicies(result.policy)("web-1");
      return [addressesIn(policy)?.cidr, ...result.warnings.map(printProblem)];
    };
    expect(of(knockers)).toEqual([NETWORK]);
    expect(of(sequences)).toEqual([
      undefined,
      "hosts.web-1.tokenNetwork: has no address that opens anything: no knocker has a token; give one a token, or take it away",
    ]);
  });

  it("rejects one network for two hosts, and more knockers than it has room for", () => {
    const hosts = { "web-1": host(1, NETWORK), "web-2": host(2, "2001:db8:1:2:0::/64"), "web-3": host(3) };
    const many = Object.fromEntries(
      Array.from({ length: 401 }, (_, index) => [
        `k${index}`,
        { services: ["ssh"], token: index.toString(16).padStart(64, "0") },
      ]),
    );
    expect(problemsOf({ services, knockers, hosts })).toEqual([
      "hosts.web-2.tokenNetwork: is that of web-1; a network is routed to one host: give each its own",
    ]);
    const one = { "web-1": host(1, NETWORK) };
    expect(
      problemsOf({ services, knockers: many, hosts: one }).filter((line) => /^knockers: /.test(line)),
    ).toEqual([
      "knockers: has more than 400 knockers with a token beside a tokenNetwork; give some of them a sequence, or fewer hosts by another component",
    ]);
  });

  it("is told by the host in the text for review, which reads back the same", () => {
    const hosts = { "web-1": host(1, NETWORK), "web-2": host(2) };
    const outline = outlineOf(
      parseFleetPolicy({ services, knockers, hosts }),
      Object.keys(hosts).map((name) => ({ name, place: { kind: "secret" as const } })),
    );
    const text = printOutline(outline);
    expect(text.match(/^hosts.*$/gm)).toEqual([
      "hosts.web-1 = (secret)",
      `hosts.web-1.tokenNetwork = ${NETWORK}`,
      "hosts.web-2 = (secret)",
    ]);
    expect(readOutline(text)).toEqual(outline);
  });

  it("that changes touches its host alone", () => {
    const before = { services, knockers, hosts: { "web-1": host(1), "web-2": host(2) } };
    const review = reviewOf(before, { ...before, hosts: { ...before.hosts, "web-1": host(1, NETWORK) } });
    expect(review.hosts).toMatchObject({ updated: ["web-1"], repaired: [] });
  });
});
