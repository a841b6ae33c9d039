import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printPortRange } from "../../components/policy/portRange";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { ssh } from "../support/problemsOf";

interface Written {
  readonly ports: readonly string[];
  readonly from: readonly string[];
}

/** What is written to be open to some sources only, as it is kept. */
function kept(openPortsFrom: readonly Written[]): readonly Written[] {
  const { profile } = parsePolicy({ ...ssh(), baseline: { openPortsFrom } });
  if (profile.kind === "guard") throw new Error("a baseline was asked for");
  return profile.openPortsFrom.map(({ ports, from }) => ({
    ports: ports.map(printPortRange),
    from: from.map(({ cidr }) => cidr),
  }));
}

describe("ports that are open to some sources", () => {
  it("are one entry for the same sources", () => {
    const entries = [
      { ports: ["443", "53/udp"], from: ["10.0.0.0/8", "fd00::/8"] },
      { ports: ["444"], from: ["fd00::/8", "10.0.0.0/8", "10.1.0.0/16"] },
    ];
    expect(kept(entries)).toEqual([{ ports: ["443-444/tcp", "53/udp"], from: ["10.0.0.0/8", "fd00::/8"] }]);
  });

  it("are in one entry each, together with all their sources", () => {
    const entries = [
      { ports: ["100-200"], from: ["10.0.0.0/8"] },
      { ports: ["150-250", "150/udp"], from: ["192.0.2.1"] },
      { ports: ["200"], from: ["10.1.0.0/16"] },
    ];
    expect(kept(entries)).toEqual([
      { ports: ["100-149/tcp"], from: ["10.0.0.0/8"] },
      { ports: ["150-200/tcp"], from: ["10.0.0.0/8", "192.0.2.1/32"] },
      { ports: ["201-250/tcp", "150/udp"], from: ["192.0.2.1/32"] },
    ]);
  });

  it("are open to the same sources as they were written", () => {
    const networks = ["10.0.0.0/30", "10.0.0.2", "192.0.2.0/31"];
    const range = fc
      .tuple(fc.integer({ min: 101, max: 120 }), fc.nat(6), fc.constantFrom("tcp", "udp"))
      .map(([from, more, protocol]) => `${from}-${from + more}/${protocol}`);
    const entry = fc.record({
      ports: fc.array(range, { minLength: 1, maxLength: 3 }),
      from: fc.subarray(networks, { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const merged = kept(entries);
        expect(admitted(merged)).toEqual(admitted(entries));
        // Each pair of a port and a network once: nft takes no overlaps.
        const ports = merged.flatMap((each) => portsOf(each));
        expect(new Set(ports).size).toBe(ports.length);
        expect(kept(merged)).toEqual(merged);
      }),
    );
  });
});

/** The addresses of the networks above that each port is open to. */
function admitted(entries: readonly Written[]): readonly string[] {
  const addresses = new Map([
    ["10.0.0.0/30", ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]],
    ["192.0.2.0/31", ["192.0.2.0", "192.0.2.1"]],
  ]);
  const pairs = entries.flatMap((entry) =>
    portsOf(entry).flatMap((port) =>
      entry.from.flatMap((network) =>
        (addresses.get(network) ?? ["10.0.0.2"]).map((address) => `${port} ${address}`),
      ),
    ),
  );
  return [...new Set(pairs)].toSorted();
}

function portsOf({ ports }: Written): readonly string[] {
  const distinct = ports.flatMap((text) => {
    const [, from = "", to = from, protocol = ""] = /^(\d+)(?:-(\d+))?\/(.*)$/.exec(text) ?? [];
    return Array.from(
      { length: Number(to) - Number(from) + 1 },
      (_, index) => `${Number(from) + index}/${protocol}`,
    );
  });
  return [...new Set(distinct)];
}
