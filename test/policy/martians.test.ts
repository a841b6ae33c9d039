import { describe, expect, it } from "vitest";
import { MARTIANS } from "../../components/policy/martians";
import { contains, mergeNetworks } from "../../components/policy/network";

describe("martians", () => {
  it.each([
    ["0.0.0.0", "0.255.255.255"],
    ["10.0.0.0", "10.255.255.255"],
    ["100.64.0.0", "100.127.255.255"],
    ["127.0.0.0", "127.255.255.255"],
    ["169.254.0.0", "169.254.255.255"],
    ["172.16.0.0", "172.31.255.255"],
    ["192.0.0.0", "192.0.0.255"],
    ["192.0.2.0", "192.0.2.255"],
    ["192.168.0.0", "192.168.255.255"],
    ["198.18.0.0", "198.19.255.255"],
    ["198.51.100.0", "198.51.100.255"],
    ["203.0.113.0", "203.0.113.255"],
    ["224.0.0.0", "255.255.255.255"],
    ["::", "::1"],
    ["100::", "100::ffff:ffff:ffff:ffff"],
    ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ])("are %s to %s", (first, last) => {
    expect([first, last].map((address) => contains(MARTIANS, address))).toEqual([true, true]);
  });

  it.each([
    ["1.0.0.0", "9.255.255.255"],
    ["11.0.0.0", "100.63.255.255"],
    ["100.128.0.0", "126.255.255.255"],
    ["128.0.0.0", "169.253.255.255"],
    ["169.255.0.0", "172.15.255.255"],
    ["172.32.0.0", "191.255.255.255"],
    ["192.0.1.0", "192.0.1.255"],
    ["192.0.3.0", "192.167.255.255"],
    ["192.169.0.0", "198.17.255.255"],
    ["198.20.0.0", "198.51.99.255"],
    ["198.51.101.0", "203.0.112.255"],
    ["203.0.114.0", "223.255.255.255"],
    ["::2", "::fffe:ffff:ffff"],
    ["100:0:0:1::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db9::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["3fff:1000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ])("are not %s to %s", (first, last) => {
    expect([first, last].map((address) => contains(MARTIANS, address))).toEqual([false, false]);
  });

  it("are networks that nft takes in one set: none lies inside another one", () => {
    expect(mergeNetworks(MARTIANS)).toEqual(MARTIANS);
  });

  it("are IPv4 addresses that come as IPv6 ones", () => {
    expect(MARTIANS.filter(({ cidr }) => cidr.startsWith("::ffff"))).toEqual([
      { family: 6, cidr: "::ffff:0:0/96" },
    ]);
  });
});
