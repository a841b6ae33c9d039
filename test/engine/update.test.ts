import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { runCommand } from "../../lab/runCommand";
import { changes, hostDiagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { countLogins, snapshotHost } from "../support/seenBy";
import { sendTokens, tokensOf } from "../support/tokenHost";

const ROOT = resolve(__dirname, "../..");
const RELEASED = join(ROOT, "test/released");
const CURRENT = join(ROOT, "dist");
const SEQUENCE = "41101,52202/udp,43303";
const TOKEN_SECRET = "b0".repeat(32);

// The package as it was released, which `npm run release` puts there.
const [released = ""] = readdirSync(RELEASED);

describe.skipIf(realProblem())(`an update from ${released}`, () => {
  let lab: Lab;
  let host: LabHost;
  let alice: LabClient;
  let bob: LabClient;
  let stack: FleetStack;
  let untouched: string;
  let usedToken: string;

  beforeAll(async () => {
    lab = await createLab();
    [host, alice, bob] = await Promise.all([
      lab.addHost("web-1"),
      lab.addClient("alice"),
      lab.addClient("bob"),
    ]);
    untouched = await snapshotHost(host);
    stack = await createFleetStack(lab, "dev");
    const folder = join(stack.folder, "released");
    mkdirSync(folder);
    await runCommand(["tar", "-xzf", join(RELEASED, released), "-C", folder]);
    writeProgram(join(folder, "package"));
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  function writeProgram(library: string): void {
    const { name, address4, hostKey } = host;
    const connection = {
      privateKey: lab.privateKey,
      perDialTimeout: 3,
      dialErrorLimit: 1,
      host: address4,
      hostKey,
    };
    stack.writeProgram(`
const { PortKnockFirewall } = require(${JSON.stringify(library)});
const firewall = new PortKnockFirewall("fleet", {
  hosts: { ${JSON.stringify(name)}: { connection: ${JSON.stringify(connection)} } },
  services: { ssh: { ports: ["22"], accessWindow: "1h" } },
  knockers: {
    alice: { services: ["ssh"], sequence: "${SEQUENCE}" },
    bob: { services: ["ssh"], token: "${TOKEN_SECRET}" },
  },
  allow: ["${lab.operator.address4}"],
  baseline: {},
});
exports.policy = firewall.policy;
`);
  }

  const getsIn = async (who: LabClient): Promise<boolean> =>
    (await lab.ssh(host, "true", { from: who, check: false })).exitCode === 0;
  const tokensNow = async (): Promise<readonly string[]> => {
    const maker = tokensOf(host, "bob", TOKEN_SECRET);
    return maker.at(await maker.slot());
  };
  /** What a review compares the next one with. */
  const policy = async (): Promise<string> =>
    (await stack.pulumi(["stack", "output", "policy", "--stack", "dev"])).stdout;
  const closeTo = (who: LabClient) =>
    host.run(
      `for service in $(nft list set inet portknock pk_admitted4 | grep -o '${who.address4} \\. [0-9a-fx:]*' | sed 's/.* //'); do ` +
        `nft delete element inet portknock pk_admitted4 "{ ${who.address4} . $service }"; done`,
    );

  test("touches the host once and keeps its owner, and who was admitted", async () => {
    const file = join(lab.folder, "sequence");
    writeFileSync(file, SEQUENCE, { mode: 0o600 });
    const client = join(stack.folder, "released/package/dist/cli/main.js");
    await alice.run(["node", client, "knock", host.address4, "--sequence-file", file, "--quiet"]);
    [usedToken = ""] = await tokensNow();
    await sendTokens(bob, host.address4, [usedToken]);
    expect([await getsIn(alice), await getsIn(bob)]).toEqual([true, true]);

    const before = [await policy(), await countLogins(host)] as const;
    writeProgram(CURRENT);
    const { stdout } = await stack.up();
    expect(touched(stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
    expect(hostDiagnostics(stdout).filter((line) => !line.includes("drifted"))).toEqual([]);
    // It asks, brings its own script, applies and confirms.
    expect([await policy(), await countLogins(host)]).toEqual([before[0], before[1] + 4]);
    expect([await getsIn(alice), await getsIn(bob)]).toEqual([true, true]);
    const again = await stack.up({ args: ["--expect-no-changes"] });
    expect([changes(again.stdout), hostDiagnostics(again.stdout)]).toEqual([["7 unchanged"], []]);
  });

  test("forgets no token that was used, and takes one that was not", async () => {
    await closeTo(bob);
    await sendTokens(bob, host.address4, [usedToken]);
    expect(await getsIn(bob)).toBe(false);
    const [, fresh = ""] = (await tokensNow()).toReversed();
    await sendTokens(bob, host.address4, [fresh]);
    expect(await getsIn(bob)).toBe(true);
  });

  test("leaves nothing behind that a destroy does not take, but for the memory of used tokens", async () => {
    await stack.destroy();
    const left = (await snapshotHost(host))
      .split("\n")
      .filter((line) => !line.includes("/var/lib/portknock-tokens"));
    expect(left).toEqual(untouched.split("\n"));
  });
});
