import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem, sweepLabs } from "../../lab";
import { controlGroupNames } from "../../lab/controlGroups";
import { labsFolder } from "../../lab/labFolders";
import { readProcess } from "../../lab/processes";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

describe.skipIf(problem !== undefined)("a lab", () => {
  let lab: Lab;
  let first: LabHost;
  let second: LabHost;
  let client: LabClient;

  beforeAll(async () => {
    lab = await createLab();
    [first, second, client] = await Promise.all([
      lab.addHost("web-1"),
      lab.addHost("web-2"),
      lab.addClient("laptop"),
    ]);
  });
  afterAll(() => lab?.dispose());

  it("lets root, deploy and plain in from every side over both families", async () => {
    for (const from of [lab.operator, client]) {
      for (const family of [4, 6] as const) {
        for (const user of ["root", "deploy", "plain"]) {
          const { stdout } = await lab.ssh(second, "id -un; hostname", { from, family, user });
          expect(stdout).toBe(`${user}\nweb-2\n`);
        }
      }
    }
  });

  it("gives sudo to deploy alone", async () => {
    const asDeploy = await lab.ssh(first, "sudo -n id -u", { user: "deploy" });
    const asPlain = await lab.ssh(first, "sudo -n id -u", { user: "plain", check: false });
    expect(asDeploy.stdout).toBe("0\n");
    expect(asPlain.exitCode).toBe(1);
  });

  it("shows hosts the client's own address", async () => {
    const { stdout } = await lab.ssh(first, "echo $SSH_CONNECTION", { from: client });
    expect(stdout.split(" ")[0]).toBe(client.address4);
  });

  it("rejects a changed host key", async () => {
    const impostor: LabHost = { ...first, address4: second.address4 };
    const { exitCode, stderr } = await lab.ssh(impostor, "true", { check: false });
    expect(exitCode).toBe(255);
    expect(stderr).toContain("HOST IDENTIFICATION HAS CHANGED");
  });

  it("takes input, files and exit codes to the host", async () => {
    await first.writeFile("/etc/lab/it's a file", "text\n", 0o600);
    expect(await first.readFile("/etc/lab/it's a file")).toBe("text\n");
    expect((await first.run("stat -c %a /etc/lab/*")).stdout).toBe("600\n");
    expect(
      await first.run("cat; echo $NAME >&2; exit 3", { input: "in", env: { NAME: "x" }, check: false }),
    ).toEqual({
      exitCode: 3,
      stdout: "in",
      stderr: "x\n",
    });
    await expect(first.run("echo reason >&2; exit 3")).rejects.toThrow(/exit code 3\nreason/);
    await expect(first.run("sleep 60", { timeoutSeconds: 1 })).rejects.toThrow(/still running after 1 s/);
  });

  it("gives every host a netfilter of its own", async () => {
    await first.run("nft -f -", {
      input: "table inet lab { chain in { type filter hook input priority 0; drop; }; }",
    });
    const refused = await lab.ssh(first, "true", { check: false });
    expect(refused.exitCode).toBe(255);
    expect((await first.run("nft list tables")).stdout).toBe("table inet lab\n");
    expect((await second.run("nft list ruleset")).stdout).toBe("");
  });

  it("boots behind a firewall that refuses everything, and reboots with its files and no rules", async () => {
    const unit = [
      "[Unit]",
      "DefaultDependencies=no",
      "Before=network-pre.target",
      "Wants=network-pre.target",
      "[Service]",
      "Type=oneshot",
      "RemainAfterExit=yes",
      "ExecStart=/bin/sh -c 'nft list ruleset >/root/rules-at-boot; nft add table inet early'",
      "[Install]",
      "WantedBy=sysinit.target",
    ];
    await first.writeFile("/etc/systemd/system/early.service", `${unit.join("\n")}\n`);
    await first.run("systemctl enable early.service");
    await first.reboot();
    expect(await first.readFile("/root/rules-at-boot")).toBe("");
    expect((await first.run("nft list tables; systemctl is-active early.service")).stdout).toBe(
      "table inet early\nactive\n",
    );
    expect((await lab.ssh(first, "hostname", { from: client, family: 6 })).stdout).toBe("web-1\n");
    const boots = await first.run("journalctl --list-boots --no-pager -o short | grep -c '^ *-\\?[0-9]'");
    expect(boots.stdout).toBe("2\n");
  });

  it("keeps its files over a power cut and nothing of what ran", async () => {
    await second.run("echo kept >/root/kept; nft add table inet lost; systemd-run --quiet sleep 1000");
    await second.powerCut();
    await expect(second.run("true")).rejects.toThrow(/web-2 is off/);
    await second.boot();
    expect(await second.readFile("/root/kept")).toBe("kept\n");
    expect((await second.run("nft list ruleset; pgrep -x sleep", { check: false })).stdout).toBe("");
    expect((await lab.ssh(second, "hostname")).stdout).toBe("web-2\n");
  });

  it("ends when the host itself reboots, and boots again", async () => {
    await second.run("nft add table inet lost; systemctl reboot", { check: false });
    await second.awaitOff();
    await second.boot();
    expect((await second.run("nft list ruleset")).stdout).toBe("");
  });

  it("fires timers of systemd-run", async () => {
    // Without an accuracy of its own a timer may fire a minute late.
    await first.run("systemd-run --quiet --on-active=1 --timer-property=AccuracySec=100ms touch /root/fired");
    await first.run("until [ -e /root/fired ]; do sleep 0.05; done", { timeoutSeconds: 5 });
  });

  it("shows the console of a host that does not boot", async () => {
    await second.run("mv /usr/lib/systemd/systemd /root/");
    await second.shutdown();
    await expect(second.boot()).rejects.toThrow(
      /^web-2 did not boot: systemd-nspawn ended; its console:\n.*execv/s,
    );
    await expect(second.run("true")).rejects.toThrow(/web-2 is off/);
  });

  it("stops processes it was told to spawn", async () => {
    const sleeping = await client.spawn(["sleep", "1000"]);
    const { exitCode } = await sleeping.stop();
    expect(exitCode).toBe(128 + constants.signals.SIGTERM);
  });
});

describe.skipIf(problem !== undefined)("a lab's end", () => {
  it("leaves nothing behind", async () => {
    const lab = await createLab();
    const [host] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2"), lab.addHost("web-3")]);
    const spawned = await lab.operator.spawn(["sleep", "1000"]);
    expect(traces(lab.id)).not.toEqual([]);
    const start = performance.now();
    await lab.dispose();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(traces(lab.id)).toEqual([]);
    expect((await spawned.result).exitCode).toBe(128 + constants.signals.SIGKILL);
    await expect(host.run("true")).rejects.toThrow(/web-1 is off/);
  });

  it("leaves nothing of a host that was still booting", async () => {
    const lab = await createLab();
    const host = lab.addHost("web-1");
    const refusal = expect(host).rejects.toThrow();
    await lab.dispose();
    await refusal;
    expect(traces(lab.id)).toEqual([]);
  });

  it("comes by sweeping when the owner was killed, and for no lab with an owner", async () => {
    await using own = await createLab();
    const { id, kill } = await startOwner();
    expect(sweepLabs()).not.toContain(id);
    expect(traces(id)).not.toEqual([]);
    kill("SIGKILL");
    await execa("node", ["--import", "tsx", "lab/sweep.ts"]);
    // Another process that makes a lab at this moment sweeps, too, and may be the one that finishes it.
    await expect.poll(() => traces(id), { timeout: 5000 }).toEqual([]);
    expect(traces(own.id)).not.toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("comes with %s to its owner", async (signal) => {
    const { id, kill, ended } = await startOwner();
    kill(signal);
    expect(await ended).toBe(signal);
    expect(traces(id)).toEqual([]);
  });

  it("comes with an error nobody catches", async () => {
    const { id, ended } = await startOwner('setTimeout(() => { throw new Error("uncaught"); }, 0);');
    await ended;
    expect(traces(id)).toEqual([]);
  });
});

interface Owner {
  readonly id: string;
  /** The signal that ended it. */
  readonly ended: Promise<string | undefined>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a process that makes a lab with a host and then does something else. */
async function startOwner(then = "setInterval(() => {}, 1000);"): Promise<Owner> {
  const program = `(async () => {
    const { createLab } = require(${JSON.stringify(join(import.meta.dirname, "../../lab/index.ts"))});
    const lab = await createLab();
    await lab.addHost("web-1");
    console.log(lab.id);
    ${then}
  })();`;
  const owner = execa("node", ["--import", "tsx", "--eval", program], { reject: false });
  const ended = owner.then(({ signal }) => signal);
  const id = await Promise.race([once(owner.stdout, "data"), ended.then(() => [])]);
  if (id.length === 0) throw new Error(`the owner made no lab: ${(await owner).stderr}`);
  return { id: `${id[0]}`.trim(), ended, kill: (signal) => owner.kill(signal) };
}

/** Everything on this machine that bears a lab's id. */
function traces(id: string): readonly string[] {
  const folders = [labsFolder(), "/run/netns", "/run/systemd/nspawn/propagate"];
  const files = folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  // A zombie has no command line left: it has ended, its parent has only not looked yet.
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && readProcess(Number(name), "cmdline") !== "")
    .map((pid) => `${readProcess(Number(pid), "cmdline")} ${readProcess(Number(pid), "cgroup")}`);
  return [...files, ...controlGroupNames(), ...mounts, ...processes].filter((text) => text.includes(id));
}
