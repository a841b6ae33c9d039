import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SCRIPT_DIGEST } from "../../components/remote/envelope";
import { hostCommand } from "../../components/remote/hostCommand";
import { createLab, type Lab, type LabHost, labProblem, type RunResult } from "../../lab";
import {
  awaitRollback,
  deliver,
  guard,
  hostPayload,
  listTable,
  readStatus,
  runVerb,
  runVerbLocally,
  snapshot,
} from "../support/hostPayload";
import { deliveryFor, sentScript, withScript } from "../support/sentScript";

const INSTALLED = "/var/lib/portknock/host.sh";
const MISSING = {
  exitCode: 1,
  stdout: "",
  stderr:
    "portknock: web-1: the host script for this is not here; run pulumi up with this host in hosts, which brings it, then try again\n",
};

describe.skipIf(labProblem() !== undefined)("the host script", () => {
  let lab: Lab;
  let host: LabHost;
  let untouched: string;
  const payload = hostPayload();
  const next = hostPayload({ rollbackTimeout: "5s" });
  const other = { ...next, input: withScript(next.input, (script) => script.replace("nest 18", "nest 19")) };

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    untouched = await snapshot(host);
  });
  beforeEach(async () => {
    await runVerb(lab, host, "apply", payload);
    await runVerb(lab, host, "remove", payload);
    await host.run("systemctl stop 'portknock-script-*.timer'; rm -rf /run/portknock-script.*");
  });
  afterAll(() => lab?.dispose());

  /** A verb as in a state, with nothing that the program does before it. */
  const send = (verb: "apply" | "remove" | "deliver", input: string): Promise<RunResult> =>
    lab.ssh(host, hostCommand(verb, "m1"), { input, check: false });
  const delivered = (applied: string): Promise<RunResult> =>
    send("deliver", deliveryFor(applied)?.input ?? "");
  const staged = async (): Promise<string> =>
    (await host.run("find /run -maxdepth 1 -name 'portknock*' -printf '%f %m %u %s\\n'")).stdout;
  const digestOf = async (file: string): Promise<string> =>
    (await host.run(`sha256sum <${file} | cut -d ' ' -f 1`)).stdout.trim();

  it("that was delivered stands where root alone reads it until apply has it, and what is installed is that, byte for byte", async () => {
    expect(await delivered(payload.input)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await staged()).toMatch(
      new RegExp(`^portknock-script\\.[0-9a-f]{16} 600 root ${sentScript().length}\n$`),
    );
    expect(await snapshot(host)).toBe(untouched);
    expect((await send("apply", payload.input)).exitCode).toBe(0);
    expect(await staged()).toBe("");
    expect(await host.readFile(INSTALLED)).toBe(sentScript());
    expect((await runVerb(lab, host, "confirm", payload)).exitCode).toBe(1);
    expect((await readStatus(lab, host)).lines("script")).toEqual([SCRIPT_DIGEST]);
  });

  it("that is installed is run by the next apply, and nothing has to be delivered", async () => {
    await guard(lab, host, payload);
    expect((await send("apply", next.input)).exitCode).toBe(0);
  });

  it("rejects an apply for which there is none, and changes nothing", async () => {
    expect(await send("apply", payload.input)).toEqual(MISSING);
    expect(await snapshot(host)).toBe(untouched);
    await guard(lab, host, payload);
    const [table, files] = [await listTable(host), await snapshot(host)];
    expect(await send("apply", other.input)).toEqual(MISSING);
    expect([await listTable(host), await snapshot(host)]).toEqual([table, files]);
  });

  it("goes with a first apply that nobody confirms, and an apply of other rules brings it again", async () => {
    await runVerb(lab, host, "apply", next);
    await awaitRollback(host);
    expect(await send("apply", next.input)).toEqual(MISSING);
    await guard(lab, host, next);
  });

  it("is gone from /run after an apply that fails", async () => {
    const broken = hostPayload({ edit: (text) => text.replace("tcp . 61937 : goto", "tcp . 61937 goto") });
    await delivered(broken.input);
    expect((await send("apply", broken.input)).exitCode).toBe(1);
    expect(await staged()).toBe("");
    expect(await snapshot(host)).toBe(untouched);
  });

  it("of one owner is not taken by another one's apply", async () => {
    const stranger = hostPayload({ owner: { stack: "prod" } });
    await delivered(payload.input);
    expect(await send("apply", stranger.input)).toEqual(MISSING);
    expect((await send("apply", payload.input)).exitCode).toBe(0);
  });

  it("rejects a delivery of something else than was sent", async () => {
    const input = deliveryFor(payload.input)?.input.replace(/ script=\w+/, ` script=${"0".repeat(64)}`) ?? "";
    expect(await send("deliver", input)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "portknock: web-1: the host script did not arrive as it was sent; make room on /run, then try again\n",
    });
    expect(await staged()).toBe("");
  });

  it("is not what stands under its name with another content, be that a file, a link or a folder", async () => {
    await delivered(payload.input);
    const name = `/run/${(await staged()).split(" ")[0]}`;
    for (const tamper of [
      `echo 'touch /root/owned' >${name}`,
      `head -c 20000 /root/right >${name}`,
      `: >${name}`,
      `ln -s /root/wrong ${name}`,
      `mkdir ${name}`,
      `mkfifo ${name}`,
    ]) {
      await host.run(
        `cp ${name} /root/right 2>/dev/null; echo 'touch /root/owned' >/root/wrong; rm -rf ${name}; ${tamper}`,
      );
      expect(await send("apply", payload.input)).toEqual(MISSING);
      expect(await staged()).toBe("");
    }
    await host.run(`ln -s /root/wrong ${name}`);
    await delivered(payload.input);
    expect((await send("apply", payload.input)).exitCode).toBe(0);
    expect(await host.readFile("/root/wrong")).toBe("touch /root/owned\n");
    expect((await host.run("ls /root/owned", { check: false })).exitCode).not.toBe(0);
  });

  it("leaves /run after an hour when no apply comes for it", async () => {
    await delivered(payload.input);
    await delivered(payload.input);
    const listed = await host.run(
      "systemctl list-units --plain --no-legend 'portknock-script-*' | cut -d ' ' -f 1",
    );
    const [timer = "", ...others] = listed.stdout.trim().split("\n");
    expect(others).toEqual([]);
    const { stdout } = await host.run(`systemctl show --value --property TimersMonotonic ${timer}`);
    expect(stdout).toContain("OnActiveUSec=1h ;");
    await host.run(`systemctl start ${timer.replace(".timer", ".service")}`);
    expect(await staged()).toBe("");
  });

  it("that is missing or was changed is drift, which the next update mends", async () => {
    await guard(lab, host, payload);
    await host.run(`echo : >>${INSTALLED}`);
    expect((await readStatus(lab, host)).findings).toEqual(["the host script was changed"]);
    await host.run(`rm ${INSTALLED}`);
    const report = await readStatus(lab, host);
    expect([report.findings, report.lines("script")]).toEqual([["the host script is missing"], []]);
    expect(await send("remove", payload.input)).toEqual(MISSING);
    await guard(lab, host, payload);
    expect((await readStatus(lab, host)).findings).toEqual([]);
    expect(await digestOf(INSTALLED)).toBe(SCRIPT_DIGEST);
  });

  it("of another version that is installed removes what there is", async () => {
    await guard(lab, host, other);
    expect(await send("remove", payload.input)).toEqual({
      exitCode: 0,
      stdout: "portknock: removed\n",
      stderr: "",
    });
    expect([await snapshot(host), await staged()]).toEqual([untouched, ""]);
  });

  it("rejects a removal by one that was cut off", async () => {
    await guard(lab, host, payload);
    await host.run(`head -c 30000 ${INSTALLED} >/root/half; cp /root/half ${INSTALLED}`);
    expect(await send("remove", payload.input)).toEqual(MISSING);
    expect(await listTable(host)).not.toBe("");
    await deliver(host, payload.input);
    await runVerb(lab, host, "apply", payload);
  });

  it("rejects a removal of a table without records", async () => {
    await guard(lab, host, payload);
    await host.run("systemctl disable --quiet --now portknock; rm -rf /etc/portknock /var/lib/portknock");
    expect(await send("remove", payload.input)).toEqual(MISSING);
    await guard(lab, host, payload);
  });

  it("is not needed where there is nothing of ours", async () => {
    const nothing = { exitCode: 0, stdout: "", stderr: "" };
    expect(await send("remove", payload.input)).toEqual(nothing);
    // A removal that died at its last command.
    await host.run("mkdir /var/lib/portknock.gone");
    expect(await send("remove", payload.input)).toEqual(nothing);
    expect(await snapshot(host)).toBe(untouched);
  });

  it("stays for an apply that follows its removal at once, as where an engine replaces one", async () => {
    await guard(lab, host, payload);
    expect((await send("remove", payload.input)).stdout).toBe("portknock: removed\n");
    expect(await snapshot(host)).toBe(untouched);
    expect((await send("apply", payload.input)).exitCode).toBe(0);
  });

  it("rejects a delivery for which /run has no room", async () => {
    await host.run("mkdir -p /root/run; mount -t tmpfs -o size=20k tmpfs /root/run");
    const input = (deliveryFor(payload.input)?.input ?? "").replaceAll(
      "/run/portknock.",
      "/root/run/portknock.",
    );
    const { exitCode, stderr } = await send("deliver", input);
    expect([exitCode, stderr.split("\n").at(-2)]).toEqual([
      1,
      "portknock: web-1: the host script did not arrive as it was sent; make room on /run, then try again",
    ]);
    expect((await host.run("ls -A /root/run")).stdout).toBe("");
    await host.run("umount /root/run");
  });

  it("that is newer than the rules, because theirs were rolled back, is no drift", async () => {
    await guard(lab, host, payload);
    await runVerb(lab, host, "apply", other);
    await awaitRollback(host);
    const { state, token, findings, lines } = await readStatus(lab, host);
    expect({ state, token, findings }).toEqual({ state: "guarded", token: payload.token, findings: [] });
    expect(lines("script")).not.toEqual([SCRIPT_DIGEST]);
  });

  it("of rules that an earlier version loaded is no drift, whichever it is", async () => {
    await guard(lab, host, payload);
    await host.run(`rm /var/lib/portknock/script; echo : >>${INSTALLED}`);
    expect((await readStatus(lab, host)).findings).toEqual([]);
    expect((await runVerbLocally(host, "apply", payload)).exitCode).toBe(0);
  });
});
