import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serviceId } from "../../components/policy/serviceId";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import {
  awaitRollback,
  canConnect,
  guard,
  hostPayload,
  readStatus,
  runVerb,
  SSH,
  WEB,
} from "../support/hostPayload";
import { startSender } from "../support/packets/startPackets";
import { toPort } from "../support/packets/toPort";

const LEFT = /(\S+) \. (\S+) timeout \S+ expires ((?:\d+[a-z]+)+)/g;
const MILLISECONDS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

describe.skipIf(labProblem() !== undefined)("open windows", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  const services = { ssh: SSH, web: WEB };
  const base = hostPayload({ services });
  const other = { ...WEB, ports: ["9090"], sequence: "40961,33391,57283" };
  const changed = { ...SSH, sequence: "61937,47159,52813/udp" };

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
  });
  afterAll(() => lab?.dispose());

  /** When the windows end, by service id and address, in milliseconds of the machine's uptime. */
  const ends = async (): Promise<Readonly<Record<string, number>>> => {
    const sets = "nft list set inet portknock pk_admitted4; nft list set inet portknock pk_admitted6";
    const { stdout } = await host.run(`cut -d ' ' -f 1 /proc/uptime; ${sets}`);
    const now = Number(stdout.split("\n")[0]) * 1000;
    const windows = [...stdout.matchAll(LEFT)].map(([, address, id, left = ""]) => {
      const parts = [...left.matchAll(/(\d+)([a-z]+)/g)];
      const rest = parts.reduce(
        (sum, [, n, unit = ""]) => sum + Number(n) * (MILLISECONDS[unit] ?? Number.NaN),
        0,
      );
      return [`${id} ${address}`, now + rest] as const;
    });
    return Object.fromEntries(windows);
  };
  const admit = (service: string, address: string, timeout: string, left: string) => {
    const set = address.includes(":") ? "pk_admitted6" : "pk_admitted4";
    const element = `{ ${address} . ${serviceId(service)} timeout ${timeout} expires ${left} }`;
    return host.run(`nft add element inet portknock ${set} '${element}'`);
  };
  const key = (service: string, address: string): string => `${serviceId(service)} ${address}`;
  const expectSame = (after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) => {
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
    for (const [window, end] of Object.entries(after)) {
      expect(Math.abs(end - (before[window] ?? 0))).toBeLessThan(1000);
    }
  };

  beforeEach(async () => {
    await guard(lab, host, base);
    for (const set of ["pk_admitted4", "pk_admitted6"]) await host.run(`nft flush set inet portknock ${set}`);
    await admit("ssh", laptop.address4, "5m", "200s");
    await admit("ssh", laptop.address6, "5m", "100s");
    await admit("web", laptop.address4, "10m", "9m30s");
  });

  it("survive an update that does not touch their service, and its confirm, with the time that was left", async () => {
    const before = await ends();
    expect(Object.keys(before).length).toBe(3);
    const wider = hostPayload({ services, allow: ["10.77.0.1", "fd77::1", "192.0.2.0/24"] });
    await runVerb(lab, host, "apply", wider);
    expectSame(await ends(), before);
    const handles = (await host.run("nft -a list table inet portknock | grep -c handle")).stdout;
    const rules = (await host.run("nft -a -s list chain inet portknock pk_guard")).stdout;
    await runVerb(lab, host, "confirm", wider);
    expectSame(await ends(), before);
    expect((await host.run("nft -a -s list chain inet portknock pk_guard")).stdout).toBe(rules);
    expect((await host.run("nft -a list table inet portknock | grep -c handle")).stdout).toBe(handles);
  });

  it("of a real knocker survive as well, and let new connections in", async () => {
    await host.run("nft flush set inet portknock pk_admitted4");
    expect(await canConnect(laptop, host.address4, 22)).toBe(false);
    const to = (protocol: string, port: number) =>
      `(exec 3<>/dev/${protocol}/${host.address4}/${port} && echo >&3) 2>/dev/null`;
    const knocks = [to("tcp", 61937), to("udp", 52813), to("tcp", 47159)].join("; ");
    await laptop.run(["bash", "-c", `${knocks}; true`]);
    expect(await canConnect(laptop, host.address4, 22)).toBe(true);
    const before = await ends();
    expect(Object.keys(before)).toContain(key("ssh", laptop.address4));
    await guard(lab, host, hostPayload({ services: { ...services, other } }));
    expectSame(await ends(), before);
    expect(await canConnect(laptop, host.address4, 22)).toBe(true);
    const { stdout } = await lab.ssh(host, "hostname", { from: laptop });
    expect(stdout).toBe("web-1\n");
  });

  it("of whoever knocks while rules are replaced survive once they are open", async () => {
    const sources = Array.from(
      { length: 2000 },
      (_, number) => `10.77.${100 + (number >> 7)}.${1 + (number & 127)}`,
    );
    const lines = sources.map((source) => `addr add ${source}/16 dev eth0`);
    await laptop.run(["ip", "-batch", "-"], { input: lines.join("\n") });
    const sender = await startSender(lab, laptop);
    const admitted: string[] = [];
    let isOver = false;
    const knocking = (async () => {
      for (const from of sources) {
        if (isOver) break;
        const packet = { kind: "send", from, to: host.address4 } as const;
        const knocks = SSH.sequence
          .split(",")
          .map((knock) => ({ ...packet, ...toPort(knock), isHasty: true }) as const);
        const reports = await sender.run([...knocks, { ...packet, protocol: "tcp", port: 22 }]);
        if (reports.at(-1)?.answer === "open") admitted.push(from);
      }
      isOver = true;
    })();
    // A slow machine has no source left before it has seen five updates.
    let updates = 0;
    const update = async () => {
      for (const window of ["9m", "8m", "7m", "6m", "5m"]) {
        if (isOver) break;
        updates += 1;
        await guard(
          lab,
          host,
          hostPayload({ services: { ssh: SSH, web: { ...WEB, accessWindow: window } } }),
        );
      }
      isOver = true;
    };
    await Promise.all([knocking, update()]);
    expect(updates).toBeGreaterThan(1);
    expect(admitted.length).toBeGreaterThan(50);
    const { admitted: windows } = await readStatus(lab, host);
    const known = windows.map((line) => line.split(" ")[1] ?? "");
    expect(admitted.filter((source) => !known.includes(source))).toEqual([]);
  });

  it("are closed by a changed sequence, of that service alone", async () => {
    const before = await ends();
    await guard(lab, host, hostPayload({ services: { ssh: changed, web: WEB } }));
    const web = key("web", laptop.address4);
    expectSame(await ends(), { [web]: before[web] ?? 0 });
    expect(await canConnect(laptop, host.address4, 22)).toBe(false);
  });

  it("never become another service's when services come, go and are renamed", async () => {
    const before = await ends();
    const web = key("web", laptop.address4);
    const kept = { [web]: before[web] ?? 0 };
    await guard(lab, host, hostPayload({ services: { aaa: other, web: WEB, zzz: SSH } }));
    expectSame(await ends(), kept);
    expect(await canConnect(laptop, host.address4, 22)).toBe(false);
    await guard(lab, host, hostPayload({ services: { web: WEB } }));
    expectSame(await ends(), kept);
    expect((await readStatus(lab, host)).admitted.map((line) => line.split(" ").slice(0, 2))).toEqual([
      ["web", laptop.address4],
    ]);
    await guard(lab, host, hostPayload({ services: { ssh: WEB } }));
    expectSame(await ends(), {});
  });

  it("are capped when the access window gets shorter, and not stretched when it gets longer", async () => {
    const before = await ends();
    const shorter = { ssh: { ...SSH, accessWindow: "150s" }, web: { ...WEB, accessWindow: "1h" } };
    await runVerb(lab, host, "apply", hostPayload({ services: shorter }));
    const now = Number((await host.run("cut -d ' ' -f 1 /proc/uptime")).stdout) * 1000;
    const after = await ends();
    const capped = after[key("ssh", laptop.address4)] ?? 0;
    expect(capped).toBeLessThanOrEqual(now + 150_000);
    expect(capped).toBeGreaterThan(now + 148_000);
    expectSame(after, { ...before, [key("ssh", laptop.address4)]: capped });
  });

  it("take the flows of their service with them, no longer than its flow timeout, and none without one", async () => {
    const vpn = { ...other, ports: ["51820/udp"] };
    const using = (fields: object, allow = ["10.77.0.1"]) =>
      hostPayload({ services: { ...services, vpn: { ...vpn, ...fields } }, allow });
    const left = async (): Promise<readonly number[]> =>
      (await readStatus(lab, host)).lines("flows").map((line) => {
        const [service, address, seconds] = line.split(" ");
        expect([service, address]).toEqual(["vpn", laptop.address4]);
        return Number(seconds);
      });
    await guard(lab, host, using({ flowTimeout: "1h" }));
    await host.run(
      `nft add element inet portknock pk_flows4 '{ ${laptop.address4} . ${serviceId("vpn")} timeout 1h expires 50m }'`,
    );
    await guard(lab, host, using({ flowTimeout: "1h" }, ["10.77.0.1", "10.77.0.2"]));
    const [carried = 0] = await left();
    expect([carried <= 3000, carried > 2980]).toEqual([true, true]);
    // What a candidate closes comes back with the rules before it.
    await runVerb(lab, host, "apply", hostPayload({ services, rollbackTimeout: "5s" }), { marker: "m2" });
    expect(await left()).toEqual([]);
    await awaitRollback(host);
    expect((await left()).length).toBe(1);
    await guard(lab, host, using({ flowTimeout: "10m" }));
    const [capped = 0] = await left();
    expect([capped <= 600, capped > 580]).toEqual([true, true]);
    expect((await readStatus(lab, host)).findings).toEqual([]);
    await host.run(
      `nft add element inet portknock pk_flows6 '{ ${laptop.address6} . ${serviceId("vpn")} timeout 1h }'`,
    );
    expect((await readStatus(lab, host)).findings).toEqual([
      "set pk_flows6 admits somebody for longer than any knock does",
    ]);
    await guard(lab, host, using({ flowTimeout: "10m", sequence: "40961,57283,33391" }));
    expect(await left()).toEqual([]);
  });

  it("come back after a rollback, also those that the new rules had closed", async () => {
    const before = await ends();
    const closing = hostPayload({ services: { ssh: changed, web: WEB }, rollbackTimeout: "5s" });
    await runVerb(lab, host, "apply", closing, { marker: "m2" });
    expect(Object.keys(await ends())).toEqual([key("web", laptop.address4)]);
    await awaitRollback(host);
    expect((await readStatus(lab, host)).token).toBe(base.token);
    expectSame(await ends(), before);
  });
});
