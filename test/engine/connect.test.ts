import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabClient, RunOptions, RunResult } from "../../lab";
import { packPrograms } from "../support/carryProgram";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { canConnect } from "../support/hostPayload";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const CLIENT = resolve(__dirname, "../../dist/cli/main.js");
/** Above the range from which the kernel takes source ports. */
const ALICE = "61101,62202/udp,63303";
const TOKEN = "c3".repeat(32);

const PROGRAMS = ["/usr/bin/rsync", "/usr/bin/git", "/usr/bin/mosh-server"];
const missing = ["rsync", "git", "mosh", "mosh-server"].filter(
  (program) => spawnSync(program, ["--version"]).error !== undefined,
);
const toolProblem = missing.length === 0 ? undefined : `not found: ${missing.join(" ")}; install them`;
if (toolProblem !== undefined) console.warn(`skipped: rsync, git and mosh through the door: ${toolProblem}`);

describe.skipIf(realProblem())("who connects to hosts of a stack", () => {
  let fleet: GuardedFleet;
  let laptop: LabClient;
  let home: string;

  beforeAll(async () => {
    fleet = await createFleet({
      services: {
        ssh: { ports: ["22"], accessWindow: "2s" },
        mosh: { ports: ["60000-60010/udp"], accessWindow: "1m" },
        mail: { ports: ["25"], accessWindow: "2s" },
      },
      knockers: {
        alice: { services: ["ssh", "mosh", "mail"] },
        ci: { services: ["ssh"], token: true },
      },
      sequences: { alice: ALICE },
      tokens: { ci: TOKEN },
    });
    laptop = await fleet.lab.addClient("laptop");
    home = join(fleet.lab.folder, "laptop-home");
    mkdirSync(home);
    await fleet.stack.up();
  });
  afterAll(async () => fleet?.lab.dispose());

  const run = (command: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    laptop.run(command, {
      cwd: fleet.stack.folder,
      env: {
        ...engineEnvironment(join(fleet.stack.folder, "state"), "correct horse"),
        SSH_AUTH_SOCK: "",
        HOME: home,
        XDG_CONFIG_HOME: home,
      },
      timeoutSeconds: 60,
      check: false,
      ...options,
    });
  const portknock = (args: readonly string[], options?: RunOptions): Promise<RunResult> =>
    run([process.execPath, CLIENT, ...args], options);
  const hostsFile = (): string => join(home, "portknock", "hosts.yaml");

  /** What every ssh of a person has in his configuration, and behind it what is being tested. */
  function sshConfig(lines: string): string {
    const { privateKeyPath } = fleet.lab;
    const known = join(home, "known_hosts");
    const keys = [fleet.web1, fleet.web2].map(({ name, hostKey }) => `${name} ${hostKey}\n`).join("");
    writeFileSync(known, keys);
    const file = join(home, "ssh_config");
    writeFileSync(
      file,
      `${lines}\nHost *\n  User root\n  IdentityFile ${privateKeyPath}\n  UserKnownHostsFile ${known}\n  BatchMode yes\n  LogLevel ERROR\n`,
    );
    return file;
  }

  const untilClosed = (): Promise<void> =>
    expect
      .poll(() => canConnect(laptop, fleet.web1.address4, 22), { timeout: 20_000, interval: 200 })
      .toBe(false);
  /** While what is enrolled has another text in this one's place. */
  async function withOther(text: string, other: string, work: () => Promise<void>): Promise<void> {
    const right = readFileSync(hostsFile(), "utf8");
    writeFileSync(hostsFile(), right.replace(text, other));
    await work().finally(() => writeFileSync(hostsFile(), right));
  }

  test("knocks by a host's name in the program, and waits until the port answers", async () => {
    const refused = await fleet.lab.ssh(fleet.web1, "true", { from: laptop, check: false });
    expect(refused.exitCode).not.toBe(0);
    const { exitCode, stdout, stderr } = await portknock([
      ...["knock", "web-1", "web-2", "--stack", "dev", "--as", "alice", "--wait"],
    ]);
    expect([exitCode, stdout.split("\n").toSorted(), stderr]).toEqual([
      0,
      ["", "web-1: port 22 is open", "web-2: port 22 is open"],
      "",
    ]);
  });

  test("hands a card over, and takes it in, where nobody else can read it", async () => {
    const card = await portknock(["card", "web-1", "--stack", "dev", "--as", "alice", "--json"]);
    const { stdout, stderr } = await portknock(["enroll", "web-1"], { input: card.stdout });
    expect([stdout, stderr]).toEqual([
      `enrolled web-1 in ${hostsFile()}: opens mail, mosh, ssh (25/tcp, 60000-60010/udp, 22/tcp)\n`,
      "",
    ]);
    expect([statSync(hostsFile()).mode & 0o777, statSync(join(home, "portknock")).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(await portknock(["knock", "web-1", "--wait", "--quiet"])).toMatchObject({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    chmodSync(hostsFile(), 0o644);
    expect(await portknock(["knock", "web-1"])).toMatchObject({
      exitCode: 1,
      stderr: `portknock: ${hostsFile()}: may be read by others; run: chmod 600 ${hostsFile()}\n`,
    });
    chmodSync(hostsFile(), 0o600);
  });

  test.each(["knockd's knock", "nmap, as root", "Linux, bash"])(
    "prints a line for who has no portknock: %s",
    async (systems) => {
      const { stdout } = await portknock(["card", "web-1"]);
      const [, line = ""] = new RegExp(`\\n${systems}\\n  (.*)\\n`).exec(stdout) ?? [];
      await untilClosed();
      await run(["bash", "-c", line]);
      expect(await canConnect(laptop, fleet.web1.address4, 22)).toBe(true);
    },
  );

  test("runs ssh through the door, whose exit code and output it passes on", async () => {
    const config = sshConfig("");
    const { exitCode, stdout } = await portknock(["ssh", "web-1", "--", "-F", config, "hostname; exit 7"]);
    expect([exitCode, stdout]).toEqual([7, "web-1\n"]);
  });

  test("prints a configuration by which ssh and scp open hosts by themselves, for sequences and for tokens", async () => {
    const enrolled = await portknock(["ssh-config"]);
    expect(enrolled.stdout).toMatch(/^Host web-1\n {2}ProxyCommand \S+ \S+main\.js proxy %n %p\n$/);
    const config = sshConfig(enrolled.stdout);
    await untilClosed();
    writeFileSync(join(home, "letter"), "dear host\n");
    expect(await run(["scp", "-F", config, join(home, "letter"), "web-1:/root/letter"])).toMatchObject({
      exitCode: 0,
    });
    expect(await fleet.web1.readFile("/root/letter")).toBe("dear host\n");

    const ofStack = await portknock(["ssh-config", "--stack", "dev", "--as", "ci"]);
    expect(ofStack.stdout).not.toContain(TOKEN);
    expect((await run(["ssh", "-F", sshConfig(ofStack.stdout), "web-2", "hostname"])).stdout).toBe("web-2\n");
  });

  test.skipIf(toolProblem)("lets rsync, git and mosh through", async () => {
    const config = sshConfig((await portknock(["ssh-config"])).stdout);
    const archive = await packPrograms(fleet.lab, PROGRAMS);
    await run(["scp", "-F", config, archive, "web-1:/programs.tar"]);
    await fleet.web1.run(
      "tar --extract --absolute-names --keep-old-files --file /programs.tar 2>/dev/null; ldconfig; ln -sf git /usr/bin/git-receive-pack; git init --quiet --bare /root/repo.git",
      { timeoutSeconds: 60 },
    );
    const ssh = `ssh -F ${config}`;

    await untilClosed();
    await run(["rsync", "--rsh", ssh, join(home, "letter"), "web-1:/root/synced"], { check: true });
    expect(await fleet.web1.readFile("/root/synced")).toBe("dear host\n");

    await untilClosed();
    const repository = join(home, "repo");
    await run(["git", "init", "--quiet", repository], { check: true });
    const git = (...args: readonly string[]) =>
      run(
        [
          "env",
          `GIT_SSH_COMMAND=${ssh}`,
          "git",
          "-C",
          repository,
          "-c",
          "user.name=a",
          "-c",
          "user.email=a@b",
          ...args,
        ],
        { check: true },
      );
    await git("commit", "--quiet", "--allow-empty", "--message", "knocked");
    await git("push", "--quiet", "web-1:/root/repo.git", "HEAD:refs/heads/main");
    expect((await fleet.web1.run("git -C /root/repo.git log --format=%s main")).stdout).toBe("knocked\n");

    await untilClosed();
    const mosh = [
      `mosh --experimental-remote-ip=remote --ssh='${ssh}' -p 60000:60010`,
      "--server='LANG=C.UTF-8 mosh-server' web-1 -- sh -c 'echo over mosh; touch /root/moshed'",
    ].join(" ");
    const { stdout } = await run([
      "env",
      "LANG=C.UTF-8",
      "TERM=xterm",
      "script",
      "-qec",
      `stty rows 24 cols 80; ${mosh}`,
      "/dev/null",
    ]);
    expect(stdout).toContain("over mosh");
    await fleet.web1.run("test -e /root/moshed");
  });

  test("keeps doors open while a command runs, and ends as it does", async () => {
    const { exitCode, stdout } = await portknock([
      ...["open", "web-1", "--every", "1s", "--"],
      ...[
        "sh",
        "-c",
        `sleep 4; timeout 2 head -c 4 < /dev/null; exec bash -c 'exec 3<>/dev/tcp/${fleet.web1.address4}/22; head -c 4 <&3'; exit 9`,
      ],
    ]);
    expect([exitCode, stdout]).toEqual([0, "SSH-"]);
  });

  test("says that knocks were sent and the port is still closed", async () => {
    await untilClosed();
    await withOther("63303", "63304", async () => {
      const { exitCode, stderr } = await portknock(["knock", "web-1", "--wait", "--within", "2s"]);
      expect([exitCode, stderr.split(";")[0]]).toEqual([
        1,
        `portknock: ${fleet.web1.address4}: knocks were sent, and port 22 is still closed`,
      ]);
    });
  });

  test("says that there is no way", async () => {
    await withOther(fleet.web1.address4, "203.0.113.77", async () => {
      expect(await portknock(["knock", "web-1", "--wait", "--within", "2s"])).toMatchObject({
        exitCode: 1,
        stderr:
          "portknock: 203.0.113.77: no way to the host, or a firewall on it says so; check the network, its routes and the address\n",
      });
    });
  });

  test("says that the port opens and is closed again", async () => {
    await fleet.web1.writeFile("/etc/systemd/system/curt.socket", "[Socket]\nListenStream=25\nAccept=yes\n");
    await fleet.web1.writeFile(
      "/etc/systemd/system/curt@.service",
      "[Service]\nExecStart=/bin/true\nStandardInput=socket\n",
    );
    await fleet.web1.run("systemctl daemon-reload; systemctl start curt.socket");
    const { exitCode, stderr } = await portknock(["knock", "web-1", "--wait", "--port", "25"]);
    expect([exitCode, stderr]).toEqual([
      1,
      `portknock: ${fleet.web1.address4}: port 25 opens, and the connection is ended at once without a word; look there at what listens, and at what it refuses\n`,
    ]);
  });

  test("rejects hosts and keys that are not there", async () => {
    expect(await portknock(["knock", "web-3", "--stack", "dev"])).toMatchObject({
      exitCode: 2,
      stderr: "portknock: a host is none of dev; its hosts are web-1, web-2\n",
    });
    expect(await portknock(["knock", "web-1", "--stack", "dev", "--as", "bob"])).toMatchObject({
      exitCode: 2,
      stderr: "portknock: --as: web-1 has no key of that knocker; it has those of alice, ci\n",
    });
    expect(await portknock(["proxy", "web-9", "22"])).toMatchObject({
      exitCode: 2,
      stderr: "portknock: NAME: is no host that is enrolled; give --stack, or run portknock enroll\n",
    });
  });
});
