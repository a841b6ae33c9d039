import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import {
  awaitRollback,
  guard,
  hostPayload,
  listTable,
  readStatusLocally,
  runVerb,
  runVerbLocally,
  SSH,
} from "../support/hostPayload";
import { withScript } from "../support/sentScript";

describe.skipIf(labProblem() !== undefined)("runs at the same time", () => {
  let lab: Lab;
  let host: LabHost;
  const base = hostPayload({ rollbackTimeout: "5s" });
  const wide = hostPayload({ allow: ["10.77.0.1", "fd77::1", "192.0.2.0/24"] });
  const small = hostPayload({ services: { ssh: SSH } });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    await guard(lab, host, base);
  });
  afterAll(() => lab?.dispose());

  /** Holds the lock until the returned function is called. */
  const holdLock = async (): Promise<() => Promise<void>> => {
    await host.run("mkfifo /run/hold");
    const held = host.run(
      "exec 9</etc/systemd/system; flock 9; touch /run/held; read -r line </run/hold; rm /run/hold /run/held",
    );
    await waitUntil(
      async () => (await host.run("test -e /run/held", { check: false })).exitCode === 0,
      5,
      () => "the lock",
    );
    return async () => {
      await host.run("echo >/run/hold");
      await held;
    };
  };
  const awaitWaiting = (count: number): Promise<unknown> =>
    waitUntil(
      async () => (await host.run("pgrep -xc flock", { check: false })).stdout.trim() === `${count}`,
      15,
      () => `${count} runs that wait for the lock`,
    );

  it("wait for each other", async () => {
    const before = await listTable(host);
    const release = await holdLock();
    const applied = runVerb(lab, host, "apply", wide, { marker: "m2" });
    await awaitWaiting(1);
    expect(await listTable(host)).toBe(before);
    expect((await readStatusLocally(host)).state).toBe("guarded");
    await release();
    expect((await applied).exitCode).toBe(0);
    expect((await runVerb(lab, host, "confirm", wide, { marker: "m2" })).exitCode).toBe(0);
  });

  it("end with the rules of one of two applies, whole, and only that one may be confirmed", async () => {
    const candidates = [
      { payload: wide, marker: "m3" },
      { payload: small, marker: "m4" },
    ];
    const answers = await Promise.all(
      candidates.map(({ payload, marker }) => runVerb(lab, host, "apply", payload, { marker })),
    );
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const { marker, state, findings } = await readStatusLocally(host);
    expect({ state, findings }).toEqual({ state: "pending", findings: [] });
    const confirms = await Promise.all(
      candidates.map((each) => runVerb(lab, host, "confirm", each.payload, { marker: each.marker })),
    );
    expect(confirms.map(({ exitCode }) => exitCode)).toEqual(marker === "m3" ? [0, 1] : [1, 0]);
    const after = await readStatusLocally(host);
    expect({ ...after, text: "", observed: "" }).toMatchObject({ state: "guarded", marker, findings: [] });
  });

  it("a timer that fires while the next apply waits for the lock does not roll that one back", async () => {
    await guard(lab, host, small);
    await runVerb(lab, host, "apply", base, { marker: "m5" });
    const release = await holdLock();
    const applied = runVerb(lab, host, "apply", wide, { marker: "m6" });
    await awaitWaiting(1);
    await awaitWaiting(2);
    await release();
    expect(await applied).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^portknock: loaded; rolls back in 60 seconds unless confirmed\nattempt [0-9a-f-]{36}\n$/,
      ),
      stderr: "",
    });
    await awaitWaiting(0);
    const { state, marker, findings } = await readStatusLocally(host);
    expect({ state, marker, findings }).toEqual({ state: "pending", marker: "m6", findings: [] });
    expect((await runVerb(lab, host, "confirm", wide, { marker: "m6" })).exitCode).toBe(0);
  });

  it("either the rollback or the confirm wins, and the host is whole", async () => {
    const winners = new Set<string | undefined>();
    for (let round = 0; round < 4; round += 1) {
      await guard(lab, host, small);
      await runVerbLocally(host, "apply", wide, "m7");
      const attempt = (await host.run("basename $(readlink /var/lib/portknock/candidate)")).stdout.trim();
      const roll = () => host.run(`sh /var/lib/portknock/host.sh rollback ${attempt}`);
      const confirm = () => runVerbLocally(host, "confirm", wide, "m7");
      const answers = await Promise.all(round % 2 === 0 ? [roll(), confirm()] : [confirm(), roll()]);
      const confirmed = answers.some(({ stdout }) => stdout === "portknock: confirmed\n");
      const { state, token, findings } = await readStatusLocally(host);
      expect({ state, token, findings }).toEqual({
        state: "guarded",
        token: confirmed ? wide.token : small.token,
        findings: [],
      });
      expect(await host.readFile("/etc/portknock/ruleset.nft")).toBe((confirmed ? wide : small).ruleset);
      winners.add(token);
    }
    expect(winners.size).toBeGreaterThan(0);
  });

  it("the timer of an unconfirmed apply goes on when the next apply dies before it has one", async () => {
    await guard(lab, host, small);
    await runVerbLocally(host, "apply", base, "m8");
    const dying = {
      input: withScript(wide.input, (script) =>
        script.replace('systemd-run --quiet --collect --unit="$timer', (armed) => `kill -9 $$ && ${armed}`),
      ),
    };
    expect((await runVerbLocally(host, "apply", dying, "m9")).exitCode).toBe(137);
    await awaitRollback(host);
    const { state, token, findings } = await readStatusLocally(host);
    expect({ state, token, findings }).toEqual({ state: "guarded", token: small.token, findings: [] });
  });
});
