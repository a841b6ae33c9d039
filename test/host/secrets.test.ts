import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { awaitRollback, guard, hostPayload, readStatus, runVerb } from "../support/hostPayload";

/** Outside the range from which kernels draw ports: what is found is no accident. */
const PORTS = ["63841", "62967", "64717"];

describe.skipIf(labProblem() !== undefined)("what is secret", () => {
  let lab: Lab;
  let host: LabHost;
  const service = { ports: ["22"], sequence: "63841,62967/udp,64717" };
  const first = hostPayload({ services: { ssh: service } });
  const second = hostPayload({
    services: { ssh: { ...service, accessWindow: "1m" } },
    rollbackTimeout: "5s",
  });
  const patterns = (): readonly string[] => [...PORTS, "pk_advance_5s", lab.privateKey.split("\n")[3] ?? ""];

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
  });
  afterAll(() => lab?.dispose());

  /** The lines of the whole journal that hold one of these words. */
  const journalLines = async (words: readonly string[]): Promise<string> => {
    const search =
      "cat >/root/words; journalctl --sync; journalctl --all -o export | grep -awF -f /root/words; rm /root/words";
    return (await host.run(search, { input: `${words.join("\n")}\n` })).stdout;
  };

  it("stands in nobody's arguments and environment, here or there, while the verbs run", async () => {
    const watch = watchProcesses(patterns());
    await guard(lab, host, first, { user: "deploy" });
    await runVerb(lab, host, "apply", second);
    await readStatus(lab, host);
    await awaitRollback(host);
    await guard(lab, host, second);
    await runVerb(lab, host, "remove", second);
    await guard(lab, host, first);
    const { leaks, seen } = await watch.end();
    expect(leaks).toEqual([]);
    expect([...seen].toSorted()).toEqual(["apply", "confirm", "nft", "ssh"]);
  });

  it("stands in no file that others may read", async () => {
    const search =
      "grep -rwlF -D skip -f - --exclude-dir=dpkg /etc /var /run /tmp /dev/shm /home 2>/dev/null";
    const input = `${patterns().join("\n")}\n`;
    const asPlain = await lab.ssh(host, search, { user: "plain", input, check: false });
    expect(asPlain.stdout).toBe("");
    const asRoot = await host.run(
      "grep -rwlF -D skip -f - --exclude-dir=dpkg /etc /var/lib /run /tmp | sort",
      {
        input,
        check: false,
      },
    );
    expect(asRoot.stdout.replace(/[0-9a-f-]{36}/g, "ATTEMPT").split("\n")).toEqual([
      "/etc/portknock/ruleset.nft",
      "/var/lib/portknock/generations/ATTEMPT/listing",
      "/var/lib/portknock/generations/ATTEMPT/manifest",
      "/var/lib/portknock/generations/ATTEMPT/ruleset.nft",
      // The dictionary: words of rules, and no port.
      "/var/lib/portknock/host.sh",
      "",
    ]);
  });

  it("is not listed by the kernel to anybody but root", async () => {
    const list = "nft list ruleset; cat /etc/portknock/ruleset.nft";
    expect((await lab.ssh(host, list, { user: "plain", check: false })).stdout).toBe("");
    expect((await lab.ssh(host, `sudo sh -c '${list}'`, { user: "deploy" })).stdout).toContain("63841");
  });

  it("stands in no line of the journal", async () => {
    expect(await journalLines(patterns())).toBe("");
    expect(await journalLines(["sh -s apply m1"])).toContain(
      "COMMAND=/usr/bin/timeout -k 10 180 sh -s apply m1 99",
    );
  });

  it("stands in no line of the journal even when the rules cannot be loaded at boot", async () => {
    await host.run(
      "sed -i 's/63841 : goto/63841 goto/' /etc/portknock/ruleset.nft /var/lib/portknock/confirmed/ruleset.nft; nft delete table inet portknock",
    );
    const restarted = await host.run("systemctl restart portknock.service", { check: false });
    expect(restarted.exitCode).toBe(1);
    expect(await journalLines(patterns())).toBe("");
    expect((await readStatus(lab, host)).findings).toEqual([
      "the table is missing",
      "the unit portknock.service is not active",
    ]);
  });
});

interface Watched {
  readonly leaks: readonly string[];
  /** Which of our processes went by: without them it would have watched nothing. */
  readonly seen: ReadonlySet<string>;
}

/** Reads arguments and environments of all processes, which includes those of the hosts, over and over. */
function watchProcesses(patterns: readonly string[]): { end(): Promise<Watched> } {
  // Keys in base64 have signs that mean something in patterns.
  const words = patterns.map((pattern) => pattern.replaceAll(/[+/.]/g, "\\$&"));
  const secret = new RegExp(`(?<!\\w)(${words.join("|")})(?!\\w)`);
  const leaks = new Set<string>();
  const seen = new Set<string>();
  let isOn = true;
  const read = (path: string): string => {
    try {
      return readFileSync(path, "latin1");
    } catch {
      return "";
    }
  };
  const look = (pid: string): void => {
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
    const text = `${command} ${read(`/proc/${pid}/environ`)}`;
    if (secret.test(text)) leaks.add(command.slice(0, 200));
    const verb = /^sh -s (apply|confirm)/.exec(command)?.[1];
    if (verb !== undefined) seen.add(verb);
    const program = /^(nft|ssh) /.exec(command)?.[1];
    if (program !== undefined) seen.add(program);
  };
  const watching = (async () => {
    while (isOn) {
      for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) look(pid);
      await breathe();
    }
  })();
  return {
    end: async () => {
      isOn = false;
      await watching;
      return { leaks: [...leaks], seen };
    },
  };
}
