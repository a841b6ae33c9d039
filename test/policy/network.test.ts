import { describe, expect, it } from "vitest";
import { contains, mergeNetworks, parseNetwork } from "../../components/policy/network";
import type { Network } from "../../components/policy/policy";

const FORMAT = 'write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"';

describe("parseNetwork", () => {
  it.each([
    ["192.0.2.7", 4, "192.0.2.7/32"],
    ["192.0.2.7/32", 4, "192.0.2.7/32"],
    ["192.168.0.0/16", 4, "192.168.0.0/16"],
    ["0.0.0.0/0", 4, "0.0.0.0/0"],
    ["128.0.0.0/1", 4, "128.0.0.0/1"],
    ["2001:db8::/32", 6, "2001:db8::/32"],
    ["2001:DB8:0:0::1", 6, "2001:db8::1/128"],
    ["::/0", 6, "::/0"],
    ["::1", 6, "::1/128"],
    ["0:ffff:1::/48", 6, "0:ffff:1::/48"],
  ])("takes %s in canonical form", (text, family, cidr) => {
    expect(parseNetwork(text)).toEqual({ kind: "value", value: { family, cidr } });
  });

  it.each([
    "",
    "localhost",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.7.1",
    "192.0.2.7/33",
    "192.0.2.7/-1",
    "192.0.2.7/",
    "/24",
    "192.0.2.0/255.255.255.0",
    "192.0.2.0/24/24",
    " 192.0.2.7",
    "192.0.2.7\n",
    "192.0.2.1-192.0.2.7",
    "2001:db8::/129",
    "2001:db8::1::1",
    "12345::",
    "fe80::1%eth0",
    "[::1]",
    "::ffff:c000:207",
    "0:0:0:0:0:FFFF::/96",
    "::192.0.2.7",
  ])("rejects %j", (text) => {
    expect(parseNetwork(text)).toEqual({
      kind: "refused",
      problem: "is not an address or a network",
      remedy: FORMAT,
    });
  });

  it.each(["010.0.0.1", "10.0.0.01", "0x0a.0.0.1", "10.1", "167772161", "00.0.0.0"])(
    "rejects %s, which inet_aton would read as another address",
    (text) => {
      expect(parseNetwork(text)).toEqual({
        kind: "refused",
        problem: "is not an address or a network",
        remedy: FORMAT,
      });
    },
  );

  it.each([
    ["192.168.0.1/16", "192.168.0.0/16"],
    ["192.0.2.7/31", "192.0.2.6/31"],
    ["128.0.0.0/0", "0.0.0.0/0"],
    ["2001:db8::1/32", "2001:db8::/32"],
    ["2001:db8::1/127", "2001:db8::/127"],
  ])("rejects %s, which has bits behind its prefix", (text, meant) => {
    expect(parseNetwork(text)).toEqual({
      kind: "refused",
      problem: "has bits set behind its prefix",
      remedy: `write "${meant}" if that is meant`,
    });
  });
});

describe("mergeNetworks", () => {
  it("drops what lies inside another network and what is there twice, v4 before v6", () => {
    expect(
      mergeNetworks(
        networks("fd00::/8", "192.168.1.0/24", "fd00::1", "10.0.0.1", "192.168.0.0/16", "10.0.0.1"),
      ),
    ).toEqual(networks("10.0.0.1", "192.168.0.0/16", "fd00::/8"));
  });

  it("keeps the wider one of two that begin with the same address", () => {
    expect(mergeNetworks(networks("10.0.0.0/16", "10.0.0.0/8", "10.0.0.0"))).toEqual(networks("10.0.0.0/8"));
  });

  it("keeps neighbours, and families, apart", () => {
    const apart = networks("10.0.0.0/25", "10.0.0.128/25", "::/0");
    expect(mergeNetworks(apart.toReversed())).toEqual(apart);
  });
});

describe("contains", () => {
  const allowed = networks("192.0.2.0/24", "2001:db8::/32");

  it.each([
    ["192.0.2.255", true],
    ["192.0.3.0", false],
    ["2001:db8:ffff::1", true],
    ["2001:db9::", false],
    ["::ffff:192.0.2.7", true],
    ["::ffff:192.0.3.7", false],
    ["", false],
    ["web-1", false],
  ])("of %j is %s", (address, expected) => {
    expect(contains(allowed, address)).toBe(expected);
  });

  it("is false of every address without networks", () => {
    expect(contains([], "192.0.2.7")).toBe(false);
  });
});

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const parsed = parseNetwork(text);
    if (parsed.kind === "refused") throw new Error(`${text} ${parsed.problem}`);
    return parsed.value;
  });
}
