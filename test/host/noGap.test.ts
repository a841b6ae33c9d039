import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { guard, hostPayload, runVerbLocally } from "../support/hostPayload";

/** Sends datagrams to a guarded port over both families as fast as it can, until it is told to stop. */
const FLOOD = `
const { createSocket } = require("node:dgram");
let isOn = true;
setTimeout(() => { isOn = false; }, 90_000);
process.on("SIGTERM", () => { isOn = false; });
for (const host of process.argv.slice(1)) {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.on("error", () => {});
  const burst = (sent = 0) => {
    if (!isOn) return socket.close();
    socket.send("", 8083, host, () => (sent < 64 ? burst(sent + 1) : setImmediate(burst)));
  };
  burst();
}
`;

/** Counts the datagrams for the guarded port before our table sees them, and those that got past it. */
const WITNESS = `table inet witness {
  chain before {
    type filter hook prerouting priority -300
    udp dport 8083 counter
  }
  chain behind {
    type filter hook input priority 0
    udp dport 8083 counter
  }
}
`;

/** A range makes the map of guarded ports one that the kernel commits last. */
const services = (accessWindow: string) => ({
  web: { ports: ["8080-8090/udp"], sequence: "61937,43211,57283", accessWindow },
});

describe.skipIf(labProblem() !== undefined)("a guarded port", () => {
  let lab: Lab;
  let host: LabHost;
  let stranger: LabClient;
  const payloads = ["1m", "2m"].map((window) => hostPayload({ services: services(window) }));

  beforeAll(async () => {
    lab = await createLab();
    [host, stranger] = await Promise.all([lab.addHost("web-1"), lab.addClient("stranger")]);
    for (const payload of payloads) await guard(lab, host, payload);
  });
  afterAll(() => lab?.dispose());

  const underFire = async (work: () => Promise<void>): Promise<{ seen: number; passed: number }> => {
    await host.run("nft -f -", { input: WITNESS });
    const flood = await stranger.spawn([process.execPath, "-e", FLOOD, host.address4, host.address6]);
    await work();
    await flood.stop();
    const { stdout } = await host.run("nft list table inet witness; nft delete table inet witness");
    const [seen = 0, passed = 0] = [...stdout.matchAll(/packets (\d+)/g)].map(([, count]) => Number(count));
    return { seen, passed };
  };

  it("lets no packet through while rules are applied, confirmed and rolled back over and over", async () => {
    const { seen, passed } = await underFire(async () => {
      for (let round = 0; round < 40; round += 1) {
        const payload = payloads[round % 2] ?? hostPayload();
        expect((await runVerbLocally(host, "apply", payload, `m${round}`)).exitCode).toBe(0);
        const attempt = "$(basename $(readlink /var/lib/portknock/candidate))";
        if (round % 5 === 4) await host.run(`sh /var/lib/portknock/host.sh rollback "${attempt}"`);
        else expect((await runVerbLocally(host, "confirm", payload, `m${round}`)).exitCode).toBe(0);
      }
    });
    expect(passed).toBe(0);
    expect(seen).toBeGreaterThan(50_000);
    expect((await host.run("nft list tables")).stdout).toBe("table inet portknock\n");
  });

  it("would have been seen to let packets through, had one transaction been all", async () => {
    const { passed } = await underFire(async () => {
      await host.run("for i in $(seq 200); do nft -f /etc/portknock/ruleset.nft; done");
    });
    expect(passed).toBeGreaterThan(0);
  });
});
