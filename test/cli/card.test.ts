import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proxyLine } from "../../cli/proxyLine";
import { portknock, temporaryFile } from "./portknock";

const SEQUENCE = "47001,47013/udp,47025";
const KEY = { services: ["ssh"], ports: ["22/tcp"], sequence: SEQUENCE };
const CARD = { version: 1, name: "web-1", address: "203.0.113.10", keys: [KEY] };

describe("a card that is taken in", { timeout: 30_000 }, () => {
  let configFolder: string;
  beforeEach(() => {
    configFolder = mkdtempSync(join(tmpdir(), "portknock-"));
  });
  afterEach(() => rmSync(configFolder, { recursive: true }));

  const hostsFile = (): string => join(configFolder, "portknock", "hosts.yaml");
  const run = (args: readonly string[], input = "") => portknock(args, input, { configFolder });
  const enroll = (card: unknown, name = "web-1") => run(["enroll", name], JSON.stringify(card));

  it("says where it is kept and what it opens, and prints no port of a sequence", async () => {
    expect(await enroll(CARD)).toEqual({
      exitCode: 0,
      stdout: `enrolled web-1 in ${hostsFile()}: opens ssh (22/tcp)\n`,
      stderr: "",
    });
  });

  it("keeps the keys of other knockers, and takes the place of one for the same services", async () => {
    await enroll(CARD);
    await enroll({ ...CARD, keys: [{ ...KEY, as: "alice" }] });
    await enroll({ ...CARD, keys: [{ ...KEY, sequence: "48001,48013" }] });
    const { stdout } = await run(["card", "web-1", "--json"]);
    expect(JSON.parse(stdout).keys).toEqual([{ ...KEY, sequence: "48001,48013" }]);
    const ofAlice = await run(["card", "web-1", "--as", "alice", "--json"]);
    expect(JSON.parse(ofAlice.stdout).keys).toEqual([{ ...KEY, as: "alice" }]);
  });

  it("has one key of a knocker, whatever he may open now", async () => {
    await enroll({ ...CARD, keys: [KEY, { ...KEY, as: "alice" }] });
    await enroll({ ...CARD, keys: [{ ...KEY, as: "alice", services: ["admin", "ssh"] }] });
    const { stdout } = await run(["card", "web-1", "--as", "alice", "--json"]);
    expect(JSON.parse(stdout).keys).toEqual([{ ...KEY, as: "alice", services: ["admin", "ssh"] }]);
    expect(JSON.parse((await run(["card", "web-1", "--json"])).stdout).keys).toEqual([KEY]);
  });

  it("stays a link where somebody keeps it elsewhere", async () => {
    await enroll(CARD);
    const elsewhere = join(configFolder, "elsewhere.yaml");
    renameSync(hostsFile(), elsewhere);
    symlinkSync(elsewhere, hostsFile());
    await enroll(CARD, "web-2");
    expect([lstatSync(hostsFile()).isSymbolicLink(), readFileSync(elsewhere, "utf8")]).toEqual([
      true,
      expect.stringContaining("web-2:"),
    ]);
  });

  it("has a configuration of ssh for the hosts that a key opens, and says of the others why not", async () => {
    await enroll(CARD);
    await enroll({ ...CARD, keys: [{ ...KEY, as: "alice" }] }, "web-2");
    await enroll({ ...CARD, keys: ["alice", "bob"].map((as) => ({ ...KEY, as })) }, "web-3");
    const everybody = await run(["ssh-config"]);
    expect([everybody.exitCode, everybody.stdout.split("\n")[0], everybody.stderr]).toEqual([
      0,
      "Host web-1 web-2",
      "portknock: left out: web-3: has keys of alice, bob; give --as\n",
    ]);
    const bob = await run(["ssh-config", "--as", "bob"]);
    expect([bob.exitCode, bob.stdout.split("\n")[0], bob.stderr.match(/left out/g)?.length]).toEqual([
      0,
      "Host web-3",
      2,
    ]);
    expect(await run(["ssh-config", "--as", "carol"])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringMatching(/^portknock: --as: web-1 has no key of that knocker/),
    });
  });

  it("gives ssh a name beside one with a slash, which scp takes for a file", async () => {
    await enroll(CARD, "edge/web-1");
    await enroll({ ...CARD, port: 2222 }, "db/web-1");
    await enroll(CARD, "db-web-1");
    expect((await run(["ssh-config"])).stdout).toMatch(
      /^Host db\/web-1\n {2}Port 2222\n {2}ProxyCommand .* proxy %n %p\n\nHost db-web-1\n {2}ProxyCommand .* proxy %n %p\n\nHost edge\/web-1 edge-web-1\n {2}ProxyCommand .* proxy edge\/web-1 %p\n$/,
    );
  });

  it("says where people connect, where that is another address than Pulumi's", async () => {
    await run(["enroll", "web-1", "--address", "web-1.example.com"], JSON.stringify(CARD));
    expect(JSON.parse((await run(["card", "web-1", "--json"])).stdout)).toEqual({
      ...CARD,
      address: "web-1.example.com",
    });
    const card = await run(["card", "web-1", "--address", "203.0.113.11"]);
    expect(card.stdout).toMatch(
      /^web-1, 203\.0\.113\.11: opens ssh [\s\S]*\n {2}knock -d 100 203\.0\.113\.11 /,
    );
    expect(await run(["card", "web-1", "--address", "203.0.113.11:22"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: --address: has a port; leave it out: the sequence says where to knock\n",
    });
  });

  it("is printed for no address that stands for something else in the lines to paste", async () => {
    expect(await run(["card", "web-1", "--address", "-iR"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: --address: begins with a dash; give a name or an address\n",
    });
    for (const address of ["-iR", "fe80::1%eth0"]) {
      await enroll({ ...CARD, address });
      expect(await run(["card", "web-1"])).toEqual({
        exitCode: 2,
        stdout: "",
        stderr:
          "portknock: NAME: its address has what a shell, or a program, would take for its own; give another one with --address\n",
      });
    }
  });

  it("is lost for no other one that is taken in at the same time", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `web-${index}`);
    await Promise.all(names.map((name) => enroll({ ...CARD, name }, name)));
    const lines = readFileSync(hostsFile(), "utf8").split("\n");
    expect(names.filter((name) => !lines.includes(`  ${name}:`))).toEqual([]);
  });

  it("is refused while another enroll is at work, or was killed at it", async () => {
    await enroll(CARD);
    writeFileSync(`${hostsFile()}.lock`, "");
    expect(await enroll({ ...CARD, address: "203.0.113.11" })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `portknock: ${hostsFile()}.lock: is there, as if another enroll was at work; remove it if none is\n`,
    });
    expect(readFileSync(hostsFile(), "utf8")).not.toContain("203.0.113.11");
  });

  it("says which key, where there are several for the port", async () => {
    await enroll({
      ...CARD,
      keys: [
        { ...KEY, as: "alice" },
        { ...KEY, as: "bob" },
      ],
    });
    expect(await run(["card", "web-1"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: web-1: has keys of alice, bob; give --as\n",
    });
  });

  it.each([
    ["is not JSON", "{ 47001", "the card is not JSON; give what portknock card --json printed"],
    ["of another version", { ...CARD, version: 2 }, /^the card: version: /],
    ["without a key", { ...CARD, keys: [] }, "the card: keys: has no key; give one"],
    [
      "with two secrets",
      { ...CARD, keys: [{ ...KEY, token: "c0".repeat(32) }] },
      "the card: keys[0]: has no secret, or two; give sequence or token",
    ],
    [
      "with a sequence that is none",
      { ...CARD, keys: [{ ...KEY, sequence: "47001,ssh" }] },
      /^the card: keys\[0\]\.sequence: knock 2 is not a port; /,
    ],
  ])("is refused where it %s, and nothing is kept", async (_, card, words) => {
    const text = typeof card === "string" ? card : JSON.stringify(card);
    const { exitCode, stdout, stderr } = await run(["enroll", "web-1"], text);
    expect([exitCode === 0, stdout]).toEqual([false, ""]);
    const said = stderr.replace(/^portknock: (.*)\n$/, "$1");
    expect(said).toEqual(typeof words === "string" ? words : expect.stringMatching(words));
    expect(stderr).not.toMatch(/47\d\d\d/);
    expect(() => readFileSync(hostsFile())).toThrow("ENOENT");
  });

  it("is refused from a file that others can read", async () => {
    const file = temporaryFile("card.json", JSON.stringify(CARD), 0o644);
    expect(await run(["enroll", "web-1", file])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `portknock: ${file}: may be read by others; run: chmod 600 ${file}\n`,
    });
  });

  it("is kept in a file that somebody else's text does not pass for", async () => {
    await enroll(CARD);
    writeFileSync(hostsFile(), "- 47001\n- : :");
    const { exitCode, stderr } = await run(["knock", "web-1"]);
    expect([exitCode, stderr]).toEqual([
      2,
      `portknock: ${hostsFile()}: is not YAML; correct it, or move it away and enroll anew\n`,
    ]);
    writeFileSync(hostsFile(), "hosts: 47001\n");
    expect((await run(["knock", "web-1"])).stderr).toBe(
      `portknock: ${hostsFile()}: is none that portknock enroll wrote; move it away, and enroll anew\n`,
    );
  });

  it("has an address that a shell takes as it is, or prints no line", async () => {
    await enroll({ ...CARD, address: "$(reboot)" });
    expect(await run(["card", "web-1"])).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("is verified without a knock where there are several for the port, if there is one for another host", async () => {
    const ofBoth = ["alice", "bob"].map((as) => ({ ...KEY, ports: ["1/tcp"], as }));
    await enroll({ ...CARD, address: "127.0.0.1", keys: ofBoth });
    expect(await run(["verify"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: web-1: has keys of alice, bob; give --as\n",
    });
    await enroll({ ...CARD, address: "127.0.0.1", keys: [{ ...KEY, ports: ["1/udp"] }] }, "web-2");
    const { exitCode, stdout } = await run(["verify"]);
    expect([exitCode, stdout.split("\n").slice(1, 3)]).toEqual([
      0,
      [
        "  passed   1/tcp looks closed: refused, as a port on which nobody listens",
        "  skipped  opens after the knock: web-1: has keys of alice, bob; give --as",
      ],
    ]);
  });

  it("knocks only where all names are enrolled", async () => {
    await enroll(CARD);
    expect(await run(["knock", "web-1", "web-2"])).toMatchObject({
      exitCode: 2,
      stderr:
        "portknock: some of these hosts are enrolled and others are not; portknock enroll NAME takes them in\n",
    });
  });

  it("shows nothing from outside where it opens UDP ports alone, which is no success", async () => {
    await enroll({ ...CARD, address: "127.0.0.1", keys: [{ ...KEY, ports: ["51820/udp"] }] });
    const { exitCode, stdout } = await run(["verify", "web-1"]);
    expect([exitCode, stdout.split("\n").at(-2)]).toEqual([1, "0 passed, 0 failed, 1 skipped"]);
  });

  it("is refused with a port to wait for, where nobody waits, before anything is sent", async () => {
    await enroll(CARD);
    expect(await run(["knock", "web-1", "--port", "22"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: --port: is of --wait; give both, or neither\n",
    });
  });

  it("is not waited for where the first connection uses it up", async () => {
    await enroll({ ...CARD, keys: [{ ...KEY, access: "once" }] });
    expect(await run(["knock", "web-1", "--wait"])).toMatchObject({
      exitCode: 2,
      stderr:
        "portknock: web-1: admits one connection, which --wait would be; leave it out: portknock ssh waits and connects at once\n",
    });
  });
});

describe("the line by which ssh starts portknock", () => {
  const flags = { stack: "prod", cwd: "/srv/50% off" };

  it("quotes whatever a shell or ssh would take for its own", () => {
    const [, words = ""] = proxyLine(flags, "edge$(reboot) %h/web-1").split(" proxy ");
    expect(words).toBe("'edge$(reboot) %%h/web-1' %p --stack prod --cwd '/srv/50%% off'");
  });

  it("has the name that ssh was given, where there is no other", () => {
    const [, words = ""] = proxyLine({ cwd: ".", as: "alice" }).split(" proxy ");
    expect(words).toBe("%n %p --as alice");
  });
});
