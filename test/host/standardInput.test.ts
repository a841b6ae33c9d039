import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STATUS_SCRIPT } from "../../components/remote/envelope";
import { statusCommand } from "../../components/remote/hostCommand";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { guard, hostPayload, listTable, readStatus, runVerb, snapshot } from "../support/hostPayload";

const EATEN = {
  exitCode: 1,
  stdout: "",
  stderr: "portknock: something on this host reads standard input first, like a .bashrc\n",
};

describe.skipIf(labProblem() !== undefined)("standard input", () => {
  let lab: Lab;
  let host: LabHost;
  const payload = hostPayload();
  const next = hostPayload({ rollbackTimeout: "50s" });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
  });
  afterAll(() => lab?.dispose());

  const sudoers = (lines: string) => host.writeFile("/etc/sudoers.d/zz", `${lines}\n`, 0o440);
  const warnings = async () => {
    const options = { user: "deploy", input: STATUS_SCRIPT };
    return (await lab.ssh(host, statusCommand(), options)).stdout.match(/^warning .*$/gm) ?? [];
  };
  const WARNING =
    "warning sudo logs what Pulumi sends, sequences too: log_input is on for deploy; switch it off in sudoers (Defaults:deploy !log_input)";

  it("reaches the script through a sudo that logs it, sequences too, and the probe warns of that", async () => {
    await sudoers("Defaults log_input");
    expect(await warnings()).toEqual([WARNING]);
    await guard(lab, host, payload, { user: "deploy" });
    expect((await readStatus(lab, host)).findings).toEqual([]);
    const logged = "find /var/log/sudo-io -name stdin -exec zcat -f {} + | grep -c '^sequence '";
    expect(Number((await host.run(logged)).stdout)).toBeGreaterThan(0);
    expect(await runVerb(lab, host, "remove", payload, { user: "deploy" })).toMatchObject({
      exitCode: 0,
      stdout: "portknock: removed\n",
    });
    expect(await listTable(host)).toBe("");
    await host.run("rm -rf /etc/sudoers.d/zz /var/log/sudo-io");
  });

  it.each([
    ["Defaults:deploy log_output, log_input", [WARNING]],
    ["Defaults!/usr/bin/timeout log_input", [WARNING]],
    ["deploy ALL=(ALL) NOPASSWD: LOG_INPUT: ALL", [WARNING]],
    ["Defaults log_output", []],
    ["Defaults log_input\nDefaults:deploy !log_input", []],
    ["deploy ALL=(ALL) NOPASSWD: NOLOG_INPUT: ALL", []],
  ])("is warned of where sudo logs it: %j", async (lines, expected) => {
    await sudoers(lines);
    expect(await warnings()).toEqual(expected);
    await host.run("rm -rf /etc/sudoers.d/zz /var/log/sudo-io");
  });

  describe.each(["cat >/dev/null", "read -r line", "head -c 5000 >/dev/null"])(
    "that a .bashrc takes by `%s`",
    (line) => {
      it("is a failure in words, and nothing is done", async () => {
        const before = await snapshot(host);
        await host.run(`cp /root/.bashrc /root/rc; echo '${line}' >/root/.bashrc`);
        try {
          for (const verb of ["apply", "confirm", "remove"] as const) {
            expect(await runVerb(lab, host, verb, payload)).toEqual(EATEN);
          }
          expect(await lab.ssh(host, statusCommand(), { input: STATUS_SCRIPT, check: false })).toEqual(EATEN);
        } finally {
          await host.run("mv /root/rc /root/.bashrc");
        }
        expect(await snapshot(host)).toBe(before);
      });
    },
  );

  it("that ends half-way is a failure in words, and nothing is done", async () => {
    await guard(lab, host, payload);
    const before = await snapshot(host);
    const half = { ...next, input: next.input.slice(0, next.input.length / 2) };
    const called = { ...next, input: next.input.replace('\nrun "$@"\n', "\n") };
    for (const verb of ["apply", "remove"] as const) {
      for (const payloadCut of [half, called]) {
        const { exitCode, stdout, stderr } = await runVerb(lab, host, verb, payloadCut);
        expect({ exitCode, stdout, last: stderr.split("\n").at(-2) }).toEqual({
          exitCode: 1,
          stdout: "",
          last: "portknock: the script did not run to its end; try again",
        });
      }
    }
    expect(await snapshot(host)).toBe(before);
    expect((await readStatus(lab, host)).findings).toEqual([]);
    await runVerb(lab, host, "remove", payload);
  });
});
