import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabHost } from "../../lab";
import { changes, hostDiagnostics, stopsOf, touched } from "../support/engineOutput";
import { PROGRAM_KINDS } from "../support/fleetStack";
import { createFleet, type GuardedFleet, makeNftRefuse, restoreNft } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";

const QUIET = { args: ["--expect-no-changes"] };

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("a host of a program of kind %s stays guarded", (kind) => {
  let fleet: GuardedFleet;
  const tables = async (host: LabHost): Promise<string> => (await host.run("nft list tables")).stdout;
  const isQuiet = async (): Promise<void> => {
    expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);
  };

  beforeAll(async () => {
    fleet = await createFleet({}, kind);
    await fleet.stack.up();
  });
  afterAll(async () => fleet?.lab.dispose());

  test("when its apply is replaced", async () => {
    const urn =
      "urn:pulumi:dev::portknock-fleet::pulumi-portknock:index:PortKnockFirewall$pulumi-portknock:index:HostFirewall$command:remote:Command::fleet-web-1-apply";
    await fleet.stack.up({ args: ["--replace", urn] });
    expect(await tables(fleet.web1)).toBe("table inet portknock\n");
    expect((await fleet.web1.run("ls /var/lib/portknock/candidate", { check: false })).exitCode).not.toBe(0);
    await isQuiet();
  });

  test("when it answers and cannot be guarded: preview and update are refused with its reason", async () => {
    await fleet.web1.run("mv /usr/sbin/nft /usr/sbin/nft.away");
    const refused = [
      "error: hosts.web-1: cannot be guarded: nft is missing; install the package nftables",
      ...stopsOf(kind, "fleet"),
    ];
    const preview = await fleet.stack.preview({ check: false });
    expect([preview.exitCode === 0, hostDiagnostics(preview.stdout).toSorted()]).toEqual([false, refused]);
    const up = await fleet.stack.up({ check: false });
    expect([up.exitCode === 0, hostDiagnostics(up.stdout).toSorted()]).toEqual([false, refused]);
    expect(touched(up.stdout)).toEqual([]);
    await fleet.web1.run("mv /usr/sbin/nft.away /usr/sbin/nft");
    await isQuiet();
  });

  test("when it is renamed and refuses its new name, and the engine goes on after errors", async () => {
    await makeNftRefuse(fleet.web1);
    const renamed = { ...fleet.config, hosts: [{ ...fleet.web1, name: "front-1" }, fleet.web2] };
    await fleet.stack.configure(renamed);
    const up = await fleet.stack.up({ check: false, args: ["--continue-on-error"] });
    expect(up.exitCode).not.toBe(0);
    expect(await tables(fleet.web1)).toBe("table inet portknock\n");
    await restoreNft(fleet.web1);
    await fleet.stack.up();
    expect(await tables(fleet.web1)).toBe("table inet portknock\n");
    await isQuiet();
  });

  test("and a client gets no sequence that its host has not confirmed", async () => {
    const hosts = [{ ...fleet.web1, name: "front-1" }, fleet.web2];
    const knocks = async (): Promise<string> =>
      (await fleet.stack.pulumi(["stack", "output", "knocks", "--show-secrets", "--json"])).stdout;
    expect(await knocks()).toContain("41101/tcp,52202/udp,43303/tcp");
    await makeNftRefuse(fleet.web2);
    await fleet.stack.configure({ ...fleet.config, hosts, sequences: { ssh: "45101,52202/udp,43303" } });
    await fleet.stack.up({ check: false, args: ["--continue-on-error"] });
    // The engine has no value for what hangs on a command that failed; what it had would be wrong for web-1.
    expect(await knocks()).not.toContain("45101");
    await restoreNft(fleet.web2);
    await fleet.stack.up();
    expect(await knocks()).toContain("45101/tcp,52202/udp,43303/tcp");
  });
});
