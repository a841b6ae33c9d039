import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { KnockError, type KnockOptions, knock } from "../../components/client/knock";
import type { Knock } from "../../components/policy/sequence";
import { LoopbackListener } from "./loopbackListener";

// A name with addresses of both families, which no resolver is sure to have; other names go to the real one.
vi.mock("node:dns/promises", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:dns/promises")>();
  const both = [
    { address: "::1", family: 6 },
    { address: "127.0.0.1", family: 4 },
  ];
  const fake = (host: string, options: object) =>
    host === "both.example" ? Promise.resolve(both) : original.lookup(host, options);
  return { ...original, lookup: vi.fn(fake) };
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) {
  console.warn("skipped: knocking over IPv6 needs ::1 on the loopback interface");
}

const SOMEWHERE: readonly Knock[] = [
  { protocol: "tcp", port: 47001 },
  { protocol: "udp", port: 47013 },
];

describe("knock", () => {
  it("sends every knock once, in order, from one address, whatever the ports answer", async () => {
    const listener = new LoopbackListener("127.0.0.1");
    const sequence = [
      await listener.tcp(),
      await listener.udp(),
      await listener.closedTcp(),
      await listener.tcp(),
      await listener.udp(),
    ];
    const report = await knock({ host: "127.0.0.1", sequence, delayMilliseconds: 50 });

    expect(report).toEqual({ address: "127.0.0.1", family: 4, knocks: 5, unreachableAnswers: 0 });
    expect(listener.arrivals.map(({ knock, from, bytes }) => ({ knock, from, bytes }))).toEqual(
      [sequence[0], sequence[1], sequence[3], sequence[4]].map((knock) => ({
        knock,
        from: "127.0.0.1",
        bytes: 0,
      })),
    );
  });

  it("lets the delay pass between knocks, also after a knock that was answered", async () => {
    const listener = new LoopbackListener("127.0.0.1");
    const sequence = [await listener.tcp(), await listener.closedTcp(), await listener.udp()];
    await knock({ host: "127.0.0.1", sequence, delayMilliseconds: 120 });

    const [first, last] = listener.arrivals;
    // A busy test process may have noticed the first one late.
    expect((last?.atMilliseconds ?? 0) - (first?.atMilliseconds ?? 0)).toBeGreaterThan(200);
  });

  it("waits 100 ms between knocks when nothing else is said", async () => {
    const start = performance.now();
    await knock({ host: "127.0.0.1", sequence: [...SOMEWHERE, ...SOMEWHERE] });
    expect(performance.now() - start).toBeGreaterThanOrEqual(300);
  });

  it("counts the knocks for the caller as they are sent", async () => {
    const counts: number[] = [];
    const onKnock = (knocks: number) => counts.push(knocks);
    await knock({ host: "127.0.0.1", sequence: SOMEWHERE, delayMilliseconds: 0, onKnock });
    expect(counts).toEqual([1, 2]);
  });

  it.skipIf(!hasIpv6)("knocks over IPv6", async () => {
    const listener = new LoopbackListener("::1");
    const sequence = [await listener.udp(), await listener.tcp()];
    const report = await knock({ host: "::1", sequence, delayMilliseconds: 50 });

    expect(report).toEqual({ address: "::1", family: 6, knocks: 2, unreachableAnswers: 0 });
    expect(listener.arrivals.map(({ knock, from }) => ({ knock, from }))).toEqual(
      sequence.map((knock) => ({ knock, from: "::1" })),
    );
  });

  it.skipIf(!hasIpv6)("looks a name up once and sends every knock to its first address", async () => {
    vi.mocked(lookup).mockClear();
    const listener = new LoopbackListener("::1");
    const sequence = [await listener.tcp(), await listener.udp(), await listener.tcp()];
    const { address } = await knock({ host: "both.example", sequence, delayMilliseconds: 50 });

    expect(address).toBe("::1");
    expect(listener.arrivals.map(({ knock }) => knock)).toEqual(sequence);
    expect(vi.mocked(lookup).mock.calls.map(([host]) => host)).toEqual(["both.example"]);
  });

  it("knocks at the address of the family that is asked for", async () => {
    const listener = new LoopbackListener("127.0.0.1");
    const sequence = [await listener.tcp(), await listener.udp()];
    const { address } = await knock({ host: "both.example", sequence, family: 4, delayMilliseconds: 50 });

    expect(address).toBe("127.0.0.1");
    expect(listener.arrivals.map(({ knock }) => knock)).toEqual(sequence);
  });

  it("rejects with the signal's reason when aborted, and sends no further knock", async () => {
    const listener = new LoopbackListener("127.0.0.1");
    const sequence = [await listener.udp(), await listener.udp()];
    const abort = new AbortController();
    const reason = new Error("enough");
    const onKnock = () => abort.abort(reason);
    await expect(
      knock({ host: "127.0.0.1", sequence, delayMilliseconds: 30, signal: abort.signal, onKnock }),
    ).rejects.toBe(reason);

    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(listener.arrivals.map(({ knock }) => knock)).toEqual([sequence[0]]);
  });

  it("rejects an aborted signal before the look-up", async () => {
    vi.mocked(lookup).mockClear();
    const signal = AbortSignal.abort("enough");
    await expect(knock({ host: "127.0.0.1", sequence: SOMEWHERE, signal })).rejects.toBe("enough");
    expect(vi.mocked(lookup).mock.calls).toEqual([]);
  });

  it.each<[string, Partial<KnockOptions>, KnockError]>([
    [
      "an address of the other family",
      { host: "127.0.0.1", family: 6 },
      new KnockError(
        "noAddressOfFamily",
        "127.0.0.1: has no IPv6 address; leave the family open, or give another host",
      ),
    ],
    [
      "an unknown host",
      { host: "no-such-host.invalid" },
      new KnockError(
        "unknownHost",
        "no-such-host.invalid: cannot be looked up; check the name and the name server",
      ),
    ],
    [
      "an address that nothing can be sent to",
      { host: "255.255.255.255" },
      new KnockError(
        "unreachable",
        "255.255.255.255: knock 1 has no way to the host; check the network and its routes",
      ),
    ],
  ])("rejects %s in words", async (_, options, error) => {
    await expect(knock({ host: "127.0.0.1", sequence: SOMEWHERE, ...options })).rejects.toEqual(error);
  });

  it.each(["web-1:47001", "me@web-1", "[::1]", "47001,47013", "", "web 1"])(
    "rejects %j as a host, not repeating it",
    async (host) => {
      const message = "host: is not a name or an address; give one, without a port or a user";
      await expect(knock({ host, sequence: SOMEWHERE })).rejects.toEqual(new KnockError("badHost", message));
    },
  );

  it("rejects a delay that is out of range and a knock that is no port", async () => {
    await expect(knock({ host: "127.0.0.1", sequence: SOMEWHERE, delayMilliseconds: -1 })).rejects.toEqual(
      new RangeError("delayMilliseconds: is out of range; use 0 to 300000"),
    );
    await expect(knock({ host: "127.0.0.1", sequence: [{ protocol: "udp", port: 70000 }] })).rejects.toEqual(
      new RangeError("sequence: knock 1 is not a port; use parseSequence"),
    );
  });
});
