import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabClient, RunResult } from "../../lab";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const CLIENT = resolve(__dirname, "../../dist/cli/main.js");
const IN_SYNC = `web-1 (ADDRESS)
  passed   22/tcp looks closed: refused, as a port on which nobody listens
  passed   80/tcp is open: answers everybody
  passed   opens after the knock: 22/tcp, within T s
  passed   closes again: 22/tcp is refused after 3s

4 passed, 0 failed, 0 skipped
`;

describe.skipIf(realProblem())("portknock verify", () => {
  let fleet: GuardedFleet;
  let stranger: LabClient;
  let home: string;

  beforeAll(async () => {
    fleet = await createFleet({
      services: { ssh: { ports: ["22"], accessWindow: "3s" } },
      // Above the range from which the kernel takes source ports.
      sequences: { ssh: "61101,62202/udp,63303" },
      openPorts: ["80"],
    });
    stranger = await fleet.lab.addClient("stranger");
    home = join(fleet.lab.folder, "stranger-home");
    mkdirSync(home);
    await fleet.stack.up();
    await fleet.web1.writeFile("/etc/systemd/system/web.socket", "[Socket]\nListenStream=80\nAccept=yes\n");
    await fleet.web1.writeFile("/etc/systemd/system/web@.service", "[Service]\nExecStart=/bin/true\n");
    await fleet.web1.run("systemctl daemon-reload; systemctl start web.socket");
  });
  afterAll(async () => fleet?.lab.dispose());

  const verify = (args: readonly string[], from: LabClient = stranger): Promise<RunResult> =>
    from.run([process.execPath, CLIENT, "verify", ...args], {
      cwd: fleet.stack.folder,
      env: {
        ...engineEnvironment(join(fleet.stack.folder, "state"), "correct horse"),
        XDG_CONFIG_HOME: home,
      },
      timeoutSeconds: 60,
      check: false,
    });
  const alike = (text: string): string =>
    text.replaceAll(fleet.web1.address4, "ADDRESS").replace(/within [\d.]+ s/, "within T s");

  test("shows that guarded ports are shut, open to who knocks, and close again", async () => {
    const { exitCode, stdout, stderr } = await verify(["web-1", "--stack", "dev"]);
    expect([exitCode, alike(stdout), stderr]).toEqual([0, IN_SYNC, ""]);
  });

  test("reports what fails, host by host, for people, programs and build servers", async () => {
    await fleet.web2.run("nft delete table inet portknock");
    const report = join(home, "report.xml");
    const { exitCode, stdout } = await verify(["--stack", "dev", "--json", "--junit", report]);
    const { version, addresses } = JSON.parse(stdout);
    const outcomes = addresses.map(
      ({ host, checks }: { host: string; checks: readonly { what: string; outcome: string }[] }) => [
        host,
        ...checks.map(({ what, outcome }) => `${outcome} ${what}`),
      ],
    );
    expect([exitCode, version, outcomes]).toEqual([
      1,
      1,
      [
        [
          "web-1",
          "passed 22/tcp looks closed",
          "passed 80/tcp is open",
          "passed opens after the knock",
          "passed closes again",
        ],
        ["web-2", "failed 22/tcp looks closed", "failed 80/tcp is open", "skipped opens after the knock"],
      ],
    ]);
    expect(
      readFileSync(report, "utf8")
        .match(/<testsuite .*/g)
        ?.map(alike),
    ).toEqual([
      '<testsuite name="web-1 (ADDRESS)" tests="4" failures="0" skipped="0">',
      `<testsuite name="web-2 (${fleet.web2.address4})" tests="3" failures="2" skipped="1">`,
    ]);
    await fleet.stack.up();
  });

  test("takes a machine that is let in for what it is", async () => {
    const { exitCode, stdout } = await verify(["web-1", "--stack", "dev"], fleet.lab.operator);
    expect([exitCode, stdout.split("\n").slice(1, 5)]).toEqual([
      1,
      [
        "  FAILED   22/tcp looks closed: is open without a knock; run this from a machine that neither allow nor a window lets in, and look at the host's rules",
        "  passed   80/tcp is open: answers everybody",
        "  skipped  opens after the knock: 22/tcp was open before",
        "",
      ],
    ]);
  });

  test("does not wait longer than it is told to", async () => {
    const { exitCode, stdout } = await verify(["web-1", "--stack", "dev", "--longest", "2s"]);
    expect([exitCode, stdout.split("\n")[4]]).toEqual([
      0,
      "  skipped  closes again: it opens for 3s; give --longest 3s to wait for that",
    ]);
  });
});
