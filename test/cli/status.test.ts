import { readFileSync, statSync } from "node:fs";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSshAliases, type SshAliases } from "../support/sshAliases";
import { sshdProblem } from "../support/sshd";
import { type Outcome, PORTKNOCK, portknock, temporaryFile } from "./portknock";

const REMEDY = "look at this user's shell, at what it runs at login, and at forced commands of sshd";
const OBSERVED = "0".repeat(64);

/** Prints lines as a host script would, whatever stands in them. */
const saying = (lines: readonly string[]): string =>
  `cat <<'REPORT'\n${["portknock-status 1", ...lines, "portknock-end"].join("\n")}\nREPORT`;

const GUARDED = [
  "state guarded",
  "owner shop/dev/edge/web-1",
  "token abc",
  "marker 0123456789ab",
  `observed ${OBSERVED}`,
  "deployer 198.51.100.7 22",
  "applied 1795850000",
];

/** What a terminal would obey, and what a page would run. */
const EVIL = "\u001b]0;owned\u0007\u001b[2J<script>alert(1)</script>\u202ereversed";

describe("portknock status", { timeout: 60_000 }, () => {
  it.each<readonly [string, readonly string[], string]>([
    ["no host", [], "no host to ask; give --stack, or hosts as ssh takes them"],
    [
      "an option of ssh",
      ["--", "-oProxyCommand=true"],
      "a host is none that ssh takes; give a name, an address or USER@HOST",
    ],
    ["an empty host", [""], "a host is none that ssh takes; give a name, an address or USER@HOST"],
    [
      "a time that is none",
      ["web-1", "--watch", "--every", "often"],
      '--every: is not a delay; write a number and a unit up to 300s, like "100ms" or "2s"',
    ],
  ])("rejects %s", async (_, args, problem) => {
    expect(await portknock(["status", ...args])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${problem}\n`,
    });
  });

  it("rejects a stack where there is no project, in one line", async () => {
    expect(await portknock(["status", "--stack", "dev", "--cwd", "/nowhere"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "portknock: pulumi cannot be started; install it, and check --cwd\n",
    });
  });
});

describe.skipIf(sshdProblem())("portknock status of hosts that ssh dials", { timeout: 60_000 }, () => {
  let aliases: SshAliases;
  beforeAll(async () => {
    aliases = createSshAliases();
    await aliases.add("fine", saying([...GUARDED, "admitted ssh 192.0.2.7 9", "refused-port tcp 23 4"]));
    await aliases.add("fallen", saying([...GUARDED, "finding the boot file was changed"]));
    await aliases.add("open", saying(["state unguarded", `observed ${OBSERVED}`]));
    await aliases.add(
      "evil",
      saying([
        ...GUARDED.filter((line) => !line.startsWith("owner")),
        `owner ${EVIL}`,
        `finding ${EVIL}`,
        `warning ${EVIL}`,
      ]),
    );
    await aliases.add(
      "crowded",
      saying([...GUARDED, ...Array.from({ length: 20_000 }, (_, i) => `admitted s${i} 192.0.2.7 9`)]),
    );
    await aliases.add("nonsense", `printf '%s\\n' '${EVIL}'`);
    await aliases.add("endless", "exec yes portknock-status 1");
    const away = await aliases.add("away", "true");
    await away.stop();
  });
  afterAll(() => aliases?.dispose());

  const status = (...args: readonly string[]): Promise<Outcome> =>
    portknock(["status", ...args], "", { path: aliases.path });

  const watching = (...args: readonly string[]) => {
    const [node, ...nodeArgs] = PORTKNOCK;
    return execa(node, [...nodeArgs, "status", "--watch", "--every", "1s", ...args], {
      env: { PATH: aliases.path },
      reject: false,
      buffer: { stdout: false },
    });
  };

  it("ends with 0 where all are in sync", async () => {
    expect(await status("fine")).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `HOST  STATE    ADMITTED  REFUSED  BLACKLISTED  LAST APPLY            OWNER
fine  in sync  1         0        -            2026-11-28 07:13 UTC  shop/dev/edge/web-1

ADMITTED   SERVICE  KNOCKER  LEFT  HOST
192.0.2.7  ssh      -        9s    fine

REFUSED  ATTEMPTS  HOST
23/tcp   4         fine
`,
    });
  });

  it("ends with 3 where one drifted, or is not guarded", async () => {
    for (const host of ["fallen", "open"]) expect((await status("fine", host)).exitCode).toBe(3);
  });

  it("ends with 4 where one did not answer, whatever the others are", async () => {
    const { exitCode, stdout } = await status("fine", "fallen", "away", "--json");
    const { hosts } = JSON.parse(stdout);
    expect([exitCode, hosts.map(({ state }: { state: string }) => state)]).toEqual([
      4,
      ["inSync", "drifted", "unanswered"],
    ]);
    expect(hosts[2].reason).toMatch(
      /^could not be reached: ssh: connect to host 127\.0\.0\.1 port \d+: Connection refused$/,
    );
  });

  it("names what came in place of a report, and obeys none of it", async () => {
    const { exitCode, stdout, stderr } = await status("nonsense");
    expect([exitCode, stderr]).toEqual([4, ""]);
    expect(stdout.split("\n").at(-2)).toBe(
      `nonsense: no answer: it gave no report: did not run our script, and says "\\u{1b}]0;owned\\u{7}\\u{1b}[2J<script>alert(1)</script>\\u{202e}reversed"; ${REMEDY}`,
    );
  });

  it("ends what does not stop talking", async () => {
    const { exitCode, stdout } = await status("endless");
    expect(exitCode).toBe(4);
    expect(stdout.split("\n").at(-2)).toBe(
      `endless: no answer: it gave no report: does not stop talking, and says "portknock-status 1"; ${REMEDY}`,
    );
  });

  it("spells out what a terminal would obey, in text, in JSON and on the page", async () => {
    const page = temporaryFile("page.html", "");
    for (const args of [[], ["--json"]]) {
      const { exitCode, stdout } = await status("evil", ...args, "--html", page);
      expect(exitCode).toBe(3);
      expect(stdout).not.toMatch(/(?![\n])[\p{Cc}\p{Cf}]/u);
      expect(stdout).toContain("u{1b}]0;owned");
      expect(readFileSync(page, "utf8")).toContain(
        "\\u{1b}]0;owned\\u{7}\\u{1b}[2J&lt;script&gt;alert(1)&lt;/script&gt;",
      );
    }
  });

  it("believes a host about itself alone", async () => {
    const { stdout } = await status("fine", "evil", "crowded", "nonsense", "--json");
    const alone = await status("fine", "--json");
    expect(JSON.parse(stdout).hosts[0]).toEqual(JSON.parse(alone.stdout).hosts[0]);
  });

  it("shows of a crowd as much as somebody reads", async () => {
    const { stdout } = await status("crowded");
    const lines = stdout.split("\n");
    expect(lines.filter((line) => /^192\.0\.2\.7 .* crowded$/.test(line))).toHaveLength(100);
    expect(lines).toContain("and 19900 more");
  });

  it("asks again and again, until Ctrl-C", async () => {
    const command = watching("fine", "--json");
    let lines = "";
    for await (const text of command.stdout.setEncoding("utf8")) {
      lines += text;
      if (lines.split("\n").length > 2) command.kill("SIGINT");
    }
    const { signal, stderr } = await command;
    expect([signal, stderr]).toEqual(["SIGINT", ""]);
    const [first = "", second = ""] = lines.split("\n").map((line) => line.replace(/"askedAt":"[^"]*"/, ""));
    expect(second).toBe(first);
    expect(JSON.parse(lines.split("\n")[0] ?? "")).toMatchObject({ version: 1, hosts: [{ name: "fine" }] });
  });

  it("stops to ask when nobody reads any more", async () => {
    const command = watching("fine", "--json");
    command.stdout.destroy();
    const { exitCode, stderr } = await command;
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  it("writes a page that nobody else may read, also over one that everybody could", async () => {
    const page = temporaryFile("page.html", "old", 0o644);
    expect((await status("fine", "--html", page)).exitCode).toBe(0);
    expect(statSync(page).mode & 0o777).toBe(0o600);
  });

  it("rejects a page that cannot be written", async () => {
    const { exitCode, stderr } = await status("fine", "--html", "/nowhere/page.html");
    expect([exitCode, stderr]).toEqual([
      1,
      "portknock: --html: the file cannot be written (ENOENT); check where it goes\n",
    ]);
  });
});
