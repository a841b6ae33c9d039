import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labProblem } from "../../lab";
import { createKnockingLab, type KnockingLab, type Source } from "../support/knockingLab";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const POLICY = {
  services: {
    ssh: { ports: ["22"], sequence: "7000,8000/udp,9000", knockTimeout: "1m", accessWindow: "1h" },
    dns: { ports: ["53/udp"], sequence: "7000,8000/udp,6000", knockTimeout: "1m", accessWindow: "1h" },
  },
  openPorts: ["80", "443/udp"],
};
/** Every way out of our rules: knocks of each kind, wrong ones, open, guarded, admitted and unnamed ports. */
const EVERY_WAY =
  "22,53/udp,9000,7000,7000,8000/udp,9000,22,80,443/udp,1000,1000/udp,7000,1000,7000,8000/udp,1000/udp";

describe.skipIf(problem !== undefined)("the packets of others", () => {
  let knocking: KnockingLab;
  const nextSource = (family: 4 | 6): Source => knocking.nextSource(family);

  beforeAll(async () => {
    knocking = await createKnockingLab(POLICY, ["80/tcp", "443/udp", "53/udp"]);
  });
  afterAll(() => knocking?.[Symbol.asyncDispose]());

  describe.each([4, 6] as const)("over IPv%i", (family) => {
    it.each([0, 42])("keep the mark %i that they came with, and leave with priority 0", async (mark) => {
      const { host } = knocking;
      const source = nextSource(family);
      const ours = `${family === 4 ? "ip" : "ip6"} saddr ${source.address} meta l4proto { tcp, udp }`;
      await host.run("nft -f -", {
        input: `table inet watch {
          counter kept { }
          counter changed { }
          counter prioritized { }
          chain before {
            type filter hook prerouting priority mangle - 1
            ${ours} meta mark set ${mark}
          }
          chain after {
            type filter hook prerouting priority mangle + 1
            ${ours} meta mark ${mark} counter name kept
            ${ours} meta mark != ${mark} counter name changed
            ${ours} meta priority != 0:0 counter name prioritized
          }
        }`,
      });
      try {
        await source.send(EVERY_WAY);
        const { stdout } = await host.run("nft list counters table inet watch");
        const counted = [...stdout.matchAll(/counter (\w+) {\s*packets (\d+)/g)].map(([, name, packets]) => [
          name,
          Number(packets) > 0,
        ]);
        expect(counted).toEqual([
          ["kept", true],
          ["changed", false],
          ["prioritized", false],
        ]);
      } finally {
        await host.run("nft delete table inet watch");
      }
    });

    it("do not reach a guarded port by broadcast or multicast either", async () => {
      const { host } = knocking;
      const { run, address } = nextSource(family);
      const everybody = family === 4 ? ["10.77.255.255", "224.0.0.1"] : ["ff02::1%eth0"];
      const from = `${family === 4 ? "ip" : "ip6"} saddr ${address}`;
      await host.run("nft -f -", {
        input: `table inet watch {
          counter guarded { }
          counter unnamed { }
          chain behind {
            type filter hook prerouting priority mangle + 1
            ${from} udp dport 53 counter name guarded
            ${from} udp dport 1000 counter name unnamed
          }
        }`,
      });
      try {
        await run(
          everybody.flatMap((to) =>
            [53, 1000].map(
              (port) => ({ kind: "send", protocol: "udp", port, from: address, to, isHasty: true }) as const,
            ),
          ),
        );
        const { stdout } = await host.run("nft list counters table inet watch");
        const counted = [...stdout.matchAll(/counter (\w+) {\s*packets (\d+)/g)].map(([, name, packets]) => [
          name,
          Number(packets),
        ]);
        expect(counted).toEqual([
          ["guarded", 0],
          ["unnamed", everybody.length],
        ]);
      } finally {
        await host.run("nft delete table inet watch");
      }
    });

    it("do not reset a knocker when they are not for this host", async () => {
      const { host, client } = knocking;
      const { run, steps, send, address, hostAddress } = nextSource(family);
      const [routed, ...everybody] =
        family === 4 ? ["10.99.0.1", "10.77.255.255", "224.0.0.1"] : ["fd99::1", "ff02::1%eth0"];
      await client.run(["ip", "route", "replace", routed, "via", hostAddress]);
      await host.run("nft -f -", {
        input: `table inet watch {
          counter foreign { }
          chain before {
            type filter hook prerouting priority mangle - 1
            ${family === 4 ? "ip" : "ip6"} saddr ${address} udp dport { 1000, 6000, 9000 } fib daddr type != local counter name foreign
          }
        }`,
      });
      try {
        const elsewhere = (to: string, packets: string) =>
          steps(packets).map((step) => ({ ...step, to, isHasty: true }));
        await run([
          ...steps("7000,8000/udp"),
          ...elsewhere(routed, "1000/udp,6000/udp,9000/udp,1000,6000,9000,22"),
          ...everybody.flatMap((to) => elsewhere(to, "1000/udp,6000/udp,9000/udp")),
        ]);
        expect(await send("9000,22")).toEqual(["closed", "open"]);
        const { stdout } = await host.run("nft list counters table inet watch");
        expect(/packets (\d+)/.exec(stdout)?.[1]).toBe(`${3 + 3 * everybody.length}`);
      } finally {
        await host.run("nft delete table inet watch");
      }
    });
  });
});
