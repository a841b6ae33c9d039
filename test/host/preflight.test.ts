import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOST_SCRIPT } from "../../components/remote/envelope";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import {
  deliver,
  guard,
  hostPayload,
  readStatus,
  runVerb,
  runVerbLocally,
  SEQUENCE_PORTS,
  snapshot,
} from "../support/hostPayload";

describe.skipIf(labProblem() !== undefined)("before anything is touched", () => {
  let lab: Lab;
  let host: LabHost;
  let untouched: string;
  const payload = hostPayload();
  const refusal = (line: string) => anonymous(`web-1: ${line}`);
  /** Without a payload the script does not know what the program calls this host. */
  const anonymous = (line: string) => ({ exitCode: 1, stdout: "", stderr: `portknock: ${line}\n` });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    untouched = await snapshot(host);
  });
  afterAll(() => lab?.dispose());

  it("rejects a user without sudo", async () => {
    for (const verb of ["apply", "confirm", "remove"] as const) {
      expect(await runVerb(lab, host, verb, payload, { user: "plain" })).toEqual(
        refusal("user plain may not become root; connect as root, or give this user passwordless sudo"),
      );
    }
    expect(await snapshot(host)).toBe(untouched);
    expect((await host.run("find / -xdev -user plain -newer /run/systemd -path '*tmp*'")).stdout).toBe("");
  });

  it("takes a user with sudo", async () => {
    await guard(lab, host, payload, { user: "deploy" });
    expect((await readStatus(lab, host)).findings).toEqual([]);
    await runVerb(lab, host, "remove", payload, { user: "deploy" });
    expect(await snapshot(host)).toBe(untouched);
  });

  it("rejects a host that cannot unpack what it is sent", async () => {
    await deliver(host, payload.input);
    await host.run("mv /usr/bin/gzip /usr/bin/gzip.hidden");
    try {
      const { exitCode, stdout, stderr } = await runVerb(lab, host, "apply", payload);
      expect({ exitCode, stdout, last: stderr.split("\n").at(-2) }).toEqual({
        exitCode: 1,
        stdout: "",
        last: "portknock: web-1: base64 or gzip is missing; install the packages coreutils and gzip",
      });
    } finally {
      await host.run("mv /usr/bin/gzip.hidden /usr/bin/gzip");
    }
    expect(await snapshot(host)).toBe(untouched);
  });

  it.each([
    ["nft", "/usr/sbin/nft", "nft is missing; install the package nftables"],
    ["flock", "/usr/bin/flock", "flock is missing; install the package util-linux"],
  ])("rejects a host without %s", async (_tool, path, line) => {
    await host.run(`mv ${path} ${path}.hidden`);
    try {
      expect(await runVerb(lab, host, "apply", payload)).toEqual(refusal(line));
      const status = await host.run("sh -s status", { input: HOST_SCRIPT, check: false });
      expect(status).toEqual(anonymous(line));
    } finally {
      await host.run(`mv ${path}.hidden ${path}`);
    }
    expect(await snapshot(host)).toBe(untouched);
  });

  it("rejects a host that systemd does not run", async () => {
    await deliver(host, payload.input);
    const script = "unshare -m sh -c 'mount -t tmpfs none /run/systemd && sh -s apply m1'";
    expect(await host.run(script, { input: payload.input, check: false })).toEqual(
      refusal("systemd does not run this host; only hosts with systemd can be guarded"),
    );
    expect(await snapshot(host)).toBe(untouched);
  });

  it("rejects an nft that is too old, and compares versions by their numbers", async () => {
    const fake = (version: string) =>
      host.writeFile(
        "/usr/local/sbin/nft",
        `#!/bin/sh\n[ "$1" != --version ] || exec echo "nftables v${version} (Name)"\nexec /usr/sbin/nft "$@"\n`,
        0o755,
      );
    try {
      await fake("0.9.3");
      expect(await runVerb(lab, host, "apply", payload)).toEqual(
        refusal("nft 0.9.3 is too old; upgrade the package nftables to 0.9.8 or newer"),
      );
      await fake("0.10.1");
      expect((await runVerb(lab, host, "apply", payload)).exitCode).toBe(0);
    } finally {
      await host.run("rm -f /usr/local/sbin/nft");
    }
    await runVerb(lab, host, "remove", payload);
    expect(await snapshot(host)).toBe(untouched);
  });

  it("rejects an unknown verb", async () => {
    expect(await host.run("sh -s destroy", { input: HOST_SCRIPT, check: false })).toEqual(
      anonymous("unknown verb; use deliver, apply, confirm, rollback, remove or status"),
    );
  });

  const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split("\n").length;
  const broken = hostPayload({ edit: (text) => text.replace("tcp . 61937 : goto", "tcp . 61937 goto") });
  const numeric = hostPayload({ edit: (text) => text.replace("tcp . 61937 :", "tcp . 619370 :") });
  const unknown = hostPayload({
    edit: (text) => `${text}add rule inet elsewhere pk_x tcp dport { 61937, 47159 } accept\n`,
  });
  const inVain = (line: number, message: string) =>
    refusal(
      `nft 1.0.6 refused the ruleset (line ${line}: ${message}); nothing was changed, the old rules stand`,
    );
  const refused = [
    [
      "a syntax error",
      broken,
      inVain(lineOf(broken.ruleset, "61937 goto"), "syntax error, unexpected goto, expecting comma or '}'"),
    ],
    ["a value out of range", numeric, inVain(lineOf(numeric.ruleset, "619370 :"), "Service out of range")],
    [
      "an unknown table",
      unknown,
      inVain(unknown.ruleset.split("\n").length - 1, "Could not process rule: No such file or directory"),
    ],
  ] as const;

  it.each(refused)(
    "rejects %s in one line without a port, and leaves nothing on a host that was never guarded",
    async (_what, candidate, answer) => {
      expect(await runVerb(lab, host, "apply", candidate)).toEqual(answer);
      expect(await snapshot(host)).toBe(untouched);
    },
  );

  it.each(refused)("rejects %s, and the old rules stand byte for byte", async (_what, candidate, answer) => {
    await guard(lab, host, payload);
    const before = [(await host.run("nft -a list ruleset")).stdout, await stateOf(host)];
    expect(await runVerb(lab, host, "apply", candidate, { marker: "m2" })).toEqual(answer);
    expect([(await host.run("nft -a list ruleset")).stdout, await stateOf(host)]).toEqual(before);
    for (const port of SEQUENCE_PORTS) expect(answer.stderr).not.toContain(port);
  });

  it("rejects rules that pass the check and fail to load, and the old rules stand byte for byte", async () => {
    await guard(lab, host, payload);
    await host.run("nft add element inet portknock pk_admitted4 '{ 10.77.0.99 . be3f:ff52 timeout 5m }'");
    // The window of 10.77.0.99 is put back into a set that these rules do not have.
    const setless = hostPayload({
      edit: () =>
        "table inet portknock\ndelete table inet portknock\ntable inet portknock { chain pk_x { accept; }; }\n",
    });
    const rules = "nft -a -s list ruleset | sed 's/ expires [0-9a-z]*//'";
    const before = [(await host.run(rules)).stdout, await stateOf(host)];
    const answer = await runVerbLocally(host, "apply", setless, "m2");
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toMatch(
      /^portknock: web-1: nft 1\.0\.6 could not load the ruleset \(line \d+: [^0-9]*\); the old rules are back\n$/,
    );
    expect([(await host.run(rules)).stdout, await stateOf(host)]).toEqual(before);
  });

  it("keeps the timer of an earlier candidate when a later one is refused", async () => {
    await guard(lab, host, payload);
    const earlier = hostPayload({ allow: ["10.77.0.1", "192.0.2.1"] });
    await runVerb(lab, host, "apply", earlier, { marker: "m3" });
    expect((await runVerb(lab, host, "apply", broken, { marker: "m4" })).exitCode).toBe(1);
    expect((await readStatus(lab, host)).text).toMatch(/\nstate pending\n/);
    const timers = await host.run("systemctl list-timers --no-legend 'portknock*' | wc -l");
    expect(timers.stdout).toBe("1\n");
    expect((await runVerb(lab, host, "confirm", earlier, { marker: "m3" })).exitCode).toBe(0);
  });

  /** All that a refused attempt may not change: it leaves its number and the newest script behind. */
  async function stateOf(on: LabHost): Promise<string> {
    const files =
      "find /etc /run/portknock* /var/lib/portknock/generations /var/lib/portknock/confirmed /var/lib/portknock/candidate -printf '%p %m %s %l\\n' 2>/dev/null | sort";
    return (await on.run(`${files}; systemctl list-units --all --no-legend 'portknock*'`)).stdout;
  }
});
