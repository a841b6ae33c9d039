import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { runCommand } from "../../lab/runCommand";
import { clientToolProblem, scan } from "../support/clientTools";
import { diagnostics } from "../support/engineOutput";
import { startWalk, type Walk } from "../support/exampleWalk";
import { hasRegistry } from "../support/packageConsumer";
import { realProblem } from "../support/realProblem";
import { snapshotHost } from "../support/seenBy";

const ROOT = resolve(__dirname, "../..");
const CLOSED = ["closed reset"];
const SILENT = ["filtered no-response"];
const OPEN = ["open syn-ack"];

const problem =
  realProblem() ??
  clientToolProblem() ??
  ((await hasRegistry()) ? undefined : "npm's registry does not answer");
if (problem !== undefined) console.warn(`skipped: the examples, copied out: ${problem}`);

// Two at a time: each waits for npm, its host or the engine half of its time.
describe.skipIf(problem !== undefined)(
  "copied out, an example does what its README says",
  { concurrent: true },
  () => {
    let lab: Lab;
    let tarball: string;
    let clients = 0;

    beforeAll(async () => {
      lab = await createLab();
      const pack = ["npm", "pack", "--ignore-scripts", "--pack-destination", lab.folder];
      tarball = join(lab.folder, (await runCommand(pack, { cwd: ROOT })).stdout.trim());
    });
    afterAll(async () => lab?.dispose());

    /** The README's addresses, where it has one host, one deployer and one private network. */
    const oneHost = (host: LabHost): Readonly<Record<string, string>> => ({
      "203.0.113.10": host.address4,
      "198.51.100.7": lab.operator.address4,
      "10.20.0.0/16": "10.77.0.0/16",
    });
    const newClient = (): Promise<LabClient> => {
      clients += 1;
      return lab.addClient(`client-${clients}`);
    };
    const walk = (
      readme: string,
      { host, client }: { readonly host: LabHost; readonly client: LabClient },
      replaced: Readonly<Record<string, string>>,
      typed: readonly (readonly [string, string])[],
    ): Walk => startWalk(readme, { lab, client, host, tarball }, { replaced, typed });
    const begin = async (name: string) => {
      const [host, client] = await Promise.all([lab.addHost(name), newClient()]);
      const untouched = await snapshotHost(host);
      return {
        host,
        client,
        seenPort: () => scan(client, host.address4, "22"),
        expectUntouched: async (butFor?: string) => {
          const lines = (await snapshotHost(host)).split("\n");
          const left = lines.filter((line) => butFor === undefined || !line.includes(butFor));
          expect(left).toEqual(untouched.split("\n"));
        },
      };
    };

    test("one-host", async () => {
      const scene = await begin("one-host");
      const sequence = "7200,9100/udp,8300";
      const person = walk("examples/one-host/README.md", scene, oneHost(scene.host), [
        ["pulumi config set --secret sshSequence", sequence],
        ["npx --no portknock knock 203.0.113.10 && ssh root@203.0.113.10", sequence],
      ]);
      const preview = await person.until("pulumi preview");
      expect(diagnostics(preview.stdout)).toEqual(["web-1: carries none of our rules"]);
      await person.until("pulumi up");
      expect(await scene.seenPort()).toEqual(CLOSED);
      await person.until("npx --no portknock knock");
      await person.toTheEnd();
      await scene.expectUntouched();
    });

    test("nftables-article", async () => {
      const scene = await begin("nftables-article");
      const sequence = "10000,2345,3456,1234";
      const person = walk("examples/nftables-article/README.md", scene, oneHost(scene.host), [
        ["pulumi config set --secret sshSequence", sequence],
        ["npx --no portknock knock 203.0.113.10 && ssh root@203.0.113.10", sequence],
      ]);
      const up = await person.until("pulumi up");
      expect(diagnostics(up.stdout)).toEqual(["server: carries none of our rules"]);
      expect(await scene.seenPort()).toEqual(SILENT);
      await person.until("npx --no portknock knock");
      await person.until("knock -d 100");
      await person.toTheEnd();
      await scene.expectUntouched();
    });

    test("recent-2016", async () => {
      const scene = await begin("recent-2016");
      const person = walk("examples/recent-2016/README.md", scene, oneHost(scene.host), [
        ["pulumi config set --secret sshSequence", "1234,2345,3456"],
      ]);
      const up = await person.until("pulumi up");
      expect(diagnostics(up.stdout).toSorted()).toEqual([
        "server: carries none of our rules",
        "warning: services.ssh.sequence: only ever goes up, as a scan in order does; mix the order of its ports",
      ]);
      expect(await scene.seenPort()).toEqual(SILENT);
      await person.until("knock -d 100");
      expect(await scene.seenPort()).toEqual(OPEN);
      await person.toTheEnd();
      await scene.expectUntouched();
    });

    test("knockd-2016, on a home network", async () => {
      const scene = await begin("knockd-2016");
      await scene.host.run("ip addr replace 192.168.1.10/16 dev eth0");
      await lab.operator.run(["ip", "addr", "replace", "192.168.1.2/16", "dev", "br0"]);
      const replaced = { HOST: scene.host.address4, "10.20.0.0/16": "10.77.0.0/16" };
      const person = walk("examples/knockd-2016/README.md", scene, replaced, [
        ["pulumi config set --secret sshSequence", "4438,1813,8235"],
      ]);
      await person.until("pulumi up");
      expect(await scene.seenPort()).toEqual(CLOSED);
      await person.until("knock HOST");
      await person.until("for port in");
      const refused = await person.until("nft list set");
      expect(refused.stdout).toContain("6 . 22");
      await person.until("nft flush set");
      expect(await scene.seenPort()).toEqual(CLOSED);
      await person.toTheEnd();
      await scene.expectUntouched();
    });

    test("fleet", async () => {
      const scene = await begin("fleet");
      const addressed = (address: string, at: LabHost): readonly [string, string][] => [
        [`${address}, hostKey: ssh-ed25519 AAAA…`, `${at.address4}, hostKey: ${at.hostKey}`],
        [address, at.address4],
      ];
      const replaced = Object.fromEntries([
        ...addressed("203.0.113.11", scene.host),
        ...addressed("203.0.113.12", await lab.addHost("second")),
        ["198.51.100.7", lab.operator.address4],
        ["2027-01-31", `${new Date().getUTCFullYear() + 1}-12-31`],
      ]);
      const person = walk("examples/fleet/README.md", scene, replaced, [
        ["pulumi config set --secret --path sequences.ssh", "7200,9100/udp,8300"],
        ["pulumi config set --secret --path sequences.admin", "7400,9500,8600/udp"],
        ["npx --no portknock knock 203.0.113.11 && ssh root@203.0.113.11", "7200,9100/udp,8300"],
        ["pulumi config set --secret --path sequences.alice", "7310,9170/udp,8410"],
        ["pulumi config set --secret --path sequences.bob", "7500,9600,8700/udp"],
      ]);
      const preview = await person.until("pulumi preview");
      expect(diagnostics(preview.stdout).toSorted()).toEqual([
        "dev-1: carries none of our rules",
        "dev-2: carries none of our rules",
      ]);
      await person.until("npx --no portknock knock");
      await person.until("pulumi preview --expect-no-changes");
      await person.until("pulumi up");
      await person.until("pulumi up");
      await person.until("pulumi up");
      const people = JSON.parse((await person.until("pulumi stack output people")).stdout);
      expect(people["dev-1"].alice).not.toBe(people["dev-2"].alice);
      expect(people["dev-1"].bob).toBe("7500/tcp,9600/tcp,8700/udp");
      await person.toTheEnd();
      await scene.expectUntouched("/var/lib/portknock-tokens");
    });

    test("automation: one program, which is told of drift", async () => {
      const scene = await begin("automation");
      const { host } = scene;
      const replaced = { ...oneHost(host), "ssh-ed25519 AAAA…": host.hostKey };
      const person = walk("examples/automation/README.md", scene, replaced, []);
      await person.until("npx --no tsx index.ts up");
      expect(await scene.seenPort()).toEqual(CLOSED);
      await person.until("npx --no tsx index.ts up");
      expect(await scene.seenPort()).toEqual(CLOSED);
      await person.toTheEnd();
      await scene.expectUntouched();
    });

    test("the template makes a project, and its preview warns of nothing", async () => {
      const scene = await begin("template");
      const person = walk("templates/README.md", scene, oneHost(scene.host), [
        ["pulumi config set --secret sshSequence", "7200,9100/udp,8300"],
      ]);
      const preview = await person.until("pulumi preview");
      expect(diagnostics(preview.stdout)).toEqual(["web-1: carries none of our rules"]);
      await person.toTheEnd();
    });
  },
);
