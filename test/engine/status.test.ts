import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabClient, RunResult } from "../../lab";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { knockFrom } from "../support/knockFrom";
import { realProblem } from "../support/realProblem";
import { countLogins } from "../support/seenBy";
import { engineEnvironment } from "../support/tools";

const CLIENT = resolve(__dirname, "../../dist/cli/main.js");
/** Above the range from which the kernel takes source ports. */
const ALICE = "61101,62202/udp,63303";

describe.skipIf(realProblem())("portknock status of a stack", () => {
  let fleet: GuardedFleet;
  let laptop: LabClient;

  beforeAll(async () => {
    fleet = await createFleet({
      services: { ssh: { ports: ["22"], accessWindow: "10m" } },
      knockers: { alice: { services: ["ssh"] } },
      sequences: { alice: ALICE },
    });
    laptop = await fleet.lab.addClient("laptop");
    await fleet.stack.up();
  });
  afterAll(async () => fleet?.lab.dispose());

  const run = (command: readonly string[]): Promise<RunResult> =>
    fleet.lab.operator.run(command, {
      cwd: fleet.stack.folder,
      env: { ...engineEnvironment(join(fleet.stack.folder, "state"), "correct horse"), SSH_AUTH_SOCK: "" },
      timeoutSeconds: 120,
      check: false,
    });
  const status = (...args: readonly string[]): Promise<RunResult> =>
    run([process.execPath, CLIENT, "status", "--stack", "dev", ...args]);
  /** By host; what differs from run to run is left out. */
  const states = async (): Promise<readonly unknown[]> => {
    const { exitCode, stdout } = await status("--json");
    const { version, hosts } = JSON.parse(stdout);
    return [
      exitCode,
      version,
      ...hosts.map(({ name, state, findings }: Record<string, unknown>) => [name, state, findings]),
    ];
  };
  const isInSync = (name: string) => [name, "inSync", []];

  test("asks each host over one connection, and ends with 0 where all have what was applied", async () => {
    const before = [await countLogins(fleet.web1), await countLogins(fleet.web2)];
    expect(await states()).toEqual([0, 1, isInSync("web-1"), isInSync("web-2")]);
    const after = [await countLogins(fleet.web1), await countLogins(fleet.web2)];
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1]);
  });

  test("says who is admitted, as whom and for how long, and what was refused", async () => {
    await fleet.lab.ssh(fleet.web1, "true", { from: laptop, check: false });
    await knockFrom(laptop, fleet.web1.address4, ALICE);
    const { exitCode, stdout, stderr } = await status("web-1");
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(
      stdout
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/, "WHEN____________ UTC")
        .replace(/9m \d+s|10m {3}/, "9m XXs"),
    ).toBe(`HOST   STATE    ADMITTED  REFUSED  BLACKLISTED  LAST APPLY            OWNER
web-1  in sync  1         1        -            WHEN____________ UTC  portknock-fleet/dev/fleet/web-1

ADMITTED${" ".repeat(laptop.address4.length - 8)}  SERVICE  KNOCKER  LEFT    HOST
${laptop.address4}  ssh      alice    9m XXs  web-1

REFUSED  ATTEMPTS  HOST
22/tcp   1         web-1
`);
  });

  test("names when rules were applied as the host's clock has it", async () => {
    const { hosts } = JSON.parse((await status("--json", "web-2")).stdout);
    const { stdout } = await fleet.web2.run("stat -c %Y /var/lib/portknock/confirmed/marker");
    expect(Date.parse(hosts[0].rules.appliedAt)).toBe(1000 * Number(stdout));
  });

  test("shows colours and progress on a terminal, and no colours where NO_COLOR says so", async () => {
    const screenOf = async (environment: string): Promise<string> => {
      // Where CI is set, Node takes no terminal for one with colours.
      const command = `env -u CI -u FORCE_COLOR -u NO_COLOR ${environment} '${process.execPath}' '${CLIENT}' status --stack dev`;
      return (await run(["script", "--quiet", "--return", "--command", command, "/dev/null"])).stdout;
    };
    const colourful = await screenOf("TERM=xterm-256color");
    expect(colourful).toContain("\u001b[32min sync\u001b[39m");
    expect(stripVTControlCharacters(colourful)).toMatch(/asking 2 hosts\r.*2 of 2 hosts have answered\r/s);
    expect(await screenOf("TERM=xterm-256color NO_COLOR=1")).not.toContain("\u001b[3");
  });

  test("ends with 3 where a host drifted, in the words of the host", async () => {
    await fleet.web2.run("nft delete table inet portknock");
    expect(await states()).toEqual([3, 1, isInSync("web-1"), ["web-2", "drifted", ["the table is missing"]]]);
    await fleet.stack.up();
    expect(await states()).toEqual([0, 1, isInSync("web-1"), isInSync("web-2")]);
  });

  test("ends with 3 where a host has rules that the stack's state does not know of", async () => {
    const { stdout: state } = await fleet.stack.pulumi(["stack", "export", "--stack", "dev"]);
    await fleet.stack.configure({ ...fleet.config, openPorts: ["80", "443"] });
    await fleet.stack.up();
    const file = join(fleet.lab.folder, "state.json");
    writeFileSync(file, state, { mode: 0o600 });
    await fleet.stack.pulumi(["stack", "import", "--file", file, "--stack", "dev"]);
    const other = ["its rules are not those that the stack applied last"];
    expect(await states()).toEqual([3, 1, ["web-1", "drifted", other], ["web-2", "drifted", other]]);
    await fleet.stack.configure(fleet.config);
    await fleet.stack.up();
  });

  test("ends with 4 where a host is off, and says how the others are", async () => {
    await fleet.web1.shutdown();
    const { exitCode, stdout } = await status("--json");
    const [off, on] = JSON.parse(stdout).hosts;
    expect([exitCode, off.state, on.state]).toEqual([4, "unanswered", "inSync"]);
    expect(off.reason).toMatch(
      /^(refused the connection|cannot be reached over the network|did not answer in time)$/,
    );
    await fleet.web1.boot();
    expect(await states()).toEqual([0, 1, isInSync("web-1"), isInSync("web-2")]);
  });

  test("rejects a host that is none of the stack, and a stack that guards none", async () => {
    expect(await status("web-3")).toMatchObject({
      exitCode: 2,
      stderr: "portknock: a host is none of dev; its hosts are web-1, web-2\n",
    });
    await fleet.stack.destroy();
    expect(await status()).toMatchObject({
      exitCode: 1,
      stderr: "portknock: dev: guards no host; check --stack and --cwd, or run pulumi up first\n",
    });
  });
});
