import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabHost } from "../../lab";
import { changes, hostDiagnostics, touched } from "../support/engineOutput";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { awaitRollback } from "../support/hostPayload";
import { realProblem } from "../support/realProblem";
import { countLogins, snapshotHost } from "../support/seenBy";

const DIST = resolve(__dirname, "../../dist");
const QUIET = { args: ["--expect-no-changes"] };
const BOTH = ["fleet-web-1-apply", "fleet-web-1-confirm", "fleet-web-2-apply", "fleet-web-2-confirm"];

describe.skipIf(realProblem())("the host script", () => {
  let fleet: GuardedFleet;
  let untouched: readonly string[];
  let versions = 0;

  beforeAll(async () => {
    fleet = await createFleet();
    untouched = await eachHost(snapshotHost);
    writeProgram(DIST);
  });
  afterAll(async () => fleet?.lab.dispose());

  const eachHost = <T>(look: (host: LabHost) => Promise<T>): Promise<readonly T[]> =>
    Promise.all([fleet.web1, fleet.web2].map(look));
  const logins = (): Promise<readonly number[]> => eachHost(countLogins);
  const staged = (): Promise<readonly string[]> =>
    eachHost(async (host) => (await host.run("ls /run | grep portknock-script || true")).stdout);

  function writeProgram(library: string, openPorts: readonly string[] = []): void {
    const hosts = [fleet.web1, fleet.web2].map(({ name, address4, hostKey }) => [
      name,
      {
        connection: {
          privateKey: fleet.lab.privateKey,
          perDialTimeout: 3,
          dialErrorLimit: 1,
          host: address4,
          hostKey,
        },
      },
    ]);
    fleet.stack.writeProgram(`
const { PortKnockFirewall } = require(${JSON.stringify(library)});
new PortKnockFirewall("fleet", {
  hosts: ${JSON.stringify(Object.fromEntries(hosts))},
  services: { ssh: { ports: ["22"], sequence: "41101,52202/udp,43303" } },
  allow: ["${fleet.lab.operator.address4}"],
  rollbackTimeout: "5s",
  openPorts: ${JSON.stringify(openPorts)},
});
`);
  }

  /** Another version of the library: one word of its host script is another. */
  function nextVersion(): string {
    versions += 1;
    const library = join(fleet.stack.folder, `version-${versions}`);
    cpSync(DIST, library, { recursive: true });
    const main = join(library, "components/remote/host/main.sh");
    writeFileSync(main, readFileSync(main, "utf8").replace("nest 18", `nest ${18 + versions}`));
    return library;
  }

  test("is delivered in the first up, over a connection of its own, and stands in no state", async () => {
    await fleet.stack.preview();
    expect([await logins(), await staged()]).toEqual([
      [1, 1],
      ["", ""],
    ]);
    expect(changes((await fleet.stack.up()).stdout)).toEqual(["+ 9 created"]);
    expect([await logins(), await staged()]).toEqual([
      [5, 5],
      ["", ""],
    ]);
    const { stdout } = await fleet.stack.pulumi(["stack", "export", "--show-secrets"]);
    expect([stdout.includes("PAYLOAD"), stdout.includes("portknock_main()")]).toEqual([true, false]);
  });

  test("is not delivered again where nothing is to be done, and not where only rules change", async () => {
    const before = await logins();
    expect(changes((await fleet.stack.up()).stdout)).toEqual(["9 unchanged"]);
    expect(await logins()).toEqual(before.map((count) => count + 1));
    writeProgram(DIST, ["80"]);
    expect(touched((await fleet.stack.up()).stdout)).toEqual(BOTH);
    expect(await logins()).toEqual(before.map((count) => count + 4));
  });

  test("of another version touches each host once, and no other host's refusal lets it come to any", async () => {
    const library = nextVersion();
    writeProgram(library, ["80"]);
    await fleet.web2.run("mv /usr/sbin/nft /usr/sbin/nft.away");
    const untouchedYet = await snapshotHost(fleet.web1);
    expect((await fleet.stack.up({ check: false })).exitCode).not.toBe(0);
    expect([await snapshotHost(fleet.web1), await staged()]).toEqual([untouchedYet, ["", ""]]);
    await fleet.web2.run("mv /usr/sbin/nft.away /usr/sbin/nft");

    const before = await logins();
    const { stdout } = await fleet.stack.up();
    expect([touched(stdout), hostDiagnostics(stdout)]).toEqual([BOTH, []]);
    expect(await logins()).toEqual(before.map((count) => count + 4));
    expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);
  });

  test("that somebody deleted is found, and comes back to that host alone", async () => {
    writeProgram(DIST, ["80"]);
    await fleet.stack.up();
    await fleet.web1.run("rm /var/lib/portknock/host.sh");
    const preview = await fleet.stack.preview();
    expect(hostDiagnostics(preview.stdout)).toEqual(["warning: web-1: drifted: the host script is missing"]);
    expect(touched((await fleet.stack.up()).stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
    expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);
  });

  test("comes again where a rollback took it away", async () => {
    await fleet.stack.destroy();
    const block =
      "until [ -e /var/lib/portknock/candidate ]; do sleep 0.02; done; " +
      "nft 'add table inet block; add chain inet block in { type filter hook input priority -300; }; add rule inet block in tcp flags & (syn | ack) == syn tcp dport 22 drop'";
    const [, failed] = await Promise.all([
      fleet.web1.run(block),
      fleet.stack.up({ check: false, args: ["--continue-on-error"] }),
    ]);
    expect(failed.exitCode).not.toBe(0);
    await awaitRollback(fleet.web1);
    await fleet.web1.run("nft delete table inet block");
    expect((await fleet.web1.run("ls /var/lib/portknock", { check: false })).exitCode).not.toBe(0);
    await fleet.stack.up();
    expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);
  });

  test("that cannot be delivered fails that host's apply in words, and no other host's", async () => {
    writeProgram(nextVersion(), ["80"]);
    await fleet.web1.writeFile("/usr/local/sbin/systemd-run", "#!/bin/sh\nexit 1\n", 0o755);
    await fleet.web1.run("ln -sf /usr/local/sbin/systemd-run /usr/local/bin/systemd-run");
    const { exitCode, stdout } = await fleet.stack.up({ check: false, args: ["--continue-on-error"] });
    expect(exitCode).not.toBe(0);
    const said = hostDiagnostics(stdout).filter((line) => /^(portknock|warning):/.test(line));
    expect([...new Set(said)].toSorted()).toEqual([
      "portknock: web-1: the host script for this is not here; run pulumi up with this host in hosts, which brings it, then try again",
      "warning: web-1: the host script could not be brought there: the host script could not be kept in /run; see what is wrong with /run or with systemd there",
    ]);
    expect(touched(stdout).filter((name) => name.includes("web-2"))).toEqual([
      "fleet-web-2-apply",
      "fleet-web-2-confirm",
    ]);
    await fleet.web1.run("rm /usr/local/*bin/systemd-run");
    expect(touched((await fleet.stack.up()).stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
    expect(await staged()).toEqual(["", ""]);
  });

  test("is brought to nobody who is away and has nothing to be done", async () => {
    await fleet.web1.shutdown();
    const { exitCode, stdout } = await fleet.stack.up();
    expect([exitCode, changes(stdout), hostDiagnostics(stdout)]).toEqual([
      0,
      ["9 unchanged"],
      [expect.stringMatching(/^warning: web-1: was not checked: it /)],
    ]);
    await fleet.web1.boot();
  });

  test("that is installed takes everything away in a destroy, which runs no program", async () => {
    await fleet.stack.destroy();
    expect(await eachHost(snapshotHost)).toEqual(untouched);
  });
});
