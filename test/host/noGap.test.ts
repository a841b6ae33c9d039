import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { guard, hostPayload, runVerbLocally, SSH } from "../support/hostPayload";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../support/lab";

/** Connects over both families as fast as it can, until it is told to stop, and counts what became of it. */
const PROBER = `
const { connect } = require("node:net");
const count = { opened: 0, refused: 0, other: 0 };
let isOn = true;
const attempt = (host) => new Promise((resolve) => {
  const socket = connect({ host, port: 22 });
  const end = (what) => { count[what] += 1; socket.destroy(); resolve(); };
  socket.setTimeout(2000, () => end("other"));
  socket.on("connect", () => end("opened"));
  socket.on("error", (error) => end(error.code === "ECONNREFUSED" ? "refused" : "other"));
});
const rest = () => new Promise((resolve) => setTimeout(resolve, 2));
const hammer = async (host) => { while (isOn) { await attempt(host); await rest(); } };
setTimeout(() => { isOn = false; }, 90_000);
process.on("SIGTERM", () => { isOn = false; });
Promise.all(process.argv.slice(1).map(hammer)).then(() => { console.log(JSON.stringify(count)); process.exit(0); });
`;
const counts = z.object({ opened: z.number(), refused: z.number(), other: z.number() });

describe.skipIf(labProblem() !== undefined)("a guarded port", () => {
  let lab: Lab;
  let host: LabHost;
  let stranger: LabClient;
  const payloads = [hostPayload(), hostPayload({ services: { ssh: { ...SSH, accessWindow: "1m" } } })];

  beforeAll(async () => {
    lab = await createLab();
    [host, stranger] = await Promise.all([lab.addHost("web-1"), lab.addClient("stranger")]);
    await guard(lab, host, hostPayload());
  });
  afterAll(() => lab?.dispose());

  const underFire = async (work: () => Promise<void>): Promise<z.infer<typeof counts>> => {
    const words = [process.execPath, "-e", PROBER, host.address4, host.address6];
    const prober = await stranger.spawn(words);
    await work();
    return counts.parse(JSON.parse((await prober.stop()).stdout));
  };

  it("lets nobody through while rules are applied, confirmed and rolled back over and over", async () => {
    const { opened, refused, other } = await underFire(async () => {
      for (let round = 0; round < 20; round += 1) {
        for (const payload of payloads.slice(round % 2, (round % 2) + 1)) {
          expect((await runVerbLocally(host, "apply", payload, `m${round}`)).exitCode).toBe(0);
          const attempt = "$(basename $(readlink /var/lib/portknock/candidate))";
          if (round % 5 === 4) await host.run(`sh /var/lib/portknock/host.sh rollback "${attempt}"`);
          else expect((await runVerbLocally(host, "confirm", payload, `m${round}`)).exitCode).toBe(0);
        }
      }
    });
    expect({ opened, other }).toEqual({ opened: 0, other: 0 });
    expect(refused).toBeGreaterThan(500);
  });

  it("would have been seen to let somebody through", async () => {
    const { opened } = await underFire(async () => {
      await host.run("nft delete table inet portknock");
      for (let calls = 0; calls < 20; calls += 1) await host.run("true");
      await host.run("nft -f /etc/portknock/ruleset.nft");
    });
    expect(opened).toBeGreaterThan(0);
  });
});
