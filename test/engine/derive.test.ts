import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";

const CLIENT = resolve(__dirname, "../../dist/cli/main.js");
const DERIVE = "de".repeat(32);

interface Outputs {
  readonly knocks: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly people: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly tokenSecrets: Readonly<Record<string, string>>;
}

describe.skipIf(realProblem())("a fleet whose sequences are derived from one secret", () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let alice: LabClient;
  let stack: FleetStack;
  let config: FleetConfig;
  let outputs: Outputs;

  beforeAll(async () => {
    lab = await createLab();
    hosts = await Promise.all(["web-1", "web-2"].map((name) => lab.addHost(name)));
    alice = await lab.addClient("alice");
    stack = await createFleetStack(lab, "dev");
    config = {
      hosts,
      services: { ssh: { ports: ["22"], accessWindow: "3m" }, admin: { ports: ["8443"] } },
      knockers: { alice: { services: ["ssh"] }, ci: { services: ["ssh"], token: true } },
      deployer: "ci",
      sequences: {},
      derive: DERIVE,
    };
    await stack.configure(config);
    await stack.up();
    outputs = await readOutputs();
  });
  afterAll(async () => lab?.dispose());

  const readOutputs = async (): Promise<Outputs> =>
    JSON.parse(
      (await stack.pulumi(["stack", "output", "--json", "--show-secrets", "--stack", "dev"])).stdout,
    ) as Outputs;
  const knock = async (host: LabHost, secret: string, args: readonly string[]): Promise<void> => {
    const file = join(lab.folder, "secret");
    writeFileSync(file, secret, { mode: 0o600 });
    await alice.run(["node", CLIENT, "knock", host.address4, "--quiet", ...args, file]);
  };
  const whereAliceGetsIn = async (): Promise<readonly string[]> => {
    const codes = await Promise.all(
      hosts.map(async (host) => (await lab.ssh(host, "true", { from: alice, check: false })).exitCode),
    );
    return hosts.flatMap(({ name }, index) => (codes[index] === 0 ? [name] : []));
  };
  const shutOut = () =>
    Promise.all(hosts.map((host) => host.run("nft flush set inet portknock pk_admitted4")));

  test("has other sequences on each host, and what opens one opens no other", async () => {
    const sequences = [outputs.knocks, outputs.people].flatMap((perHost) =>
      Object.values(perHost).flatMap((perName) => Object.values(perName)),
    );
    expect([sequences.length, new Set(sequences).size]).toEqual([4, 4]);
    for (const host of hosts)
      await knock(host, outputs.people["web-1"]?.["alice"] ?? "", ["--sequence-file"]);
    expect(await whereAliceGetsIn()).toEqual(["web-1"]);
    await shutOut();
    for (const host of hosts) {
      await knock(host, outputs.people[host.name]?.["alice"] ?? "", ["--sequence-file"]);
    }
    expect(await whereAliceGetsIn()).toEqual(["web-1", "web-2"]);
    await shutOut();
  });

  test("hands a knocker the secret that his tokens are made of", async () => {
    expect(Object.keys(outputs.tokenSecrets)).toEqual(["ci"]);
    const [, web2] = hosts;
    if (web2 === undefined) throw new Error("bug: no host");
    // The program has used some of this slot's as well: one of those opens nothing, and the next one is sent.
    const as = ["--as", "ci", "--name", "web-2", "--wait", "--token-file"];
    await knock(web2, outputs.tokenSecrets["ci"] ?? "", as);
    expect(await whereAliceGetsIn()).toEqual(["web-2"]);
    await shutOut();
  });

  test("gives one host another sequence where a port of it is opened, and nobody else", async () => {
    const [port = ""] = (outputs.knocks["web-1"]?.["admin"] ?? "").split("/");
    await stack.configure({ ...config, openPorts: [port] });
    const preview = await stack.preview({ args: ["--json"] });
    const { steps } = JSON.parse(preview.stdout) as { steps: readonly { op: string; urn: string }[] };
    const sequences = steps.filter(({ urn }) => urn.includes("KnockSequence::"));
    expect(sequences.filter(({ op }) => op !== "same").map(({ urn }) => urn.split("::").at(-1))).toEqual([
      "fleet-admin",
    ]);
    await stack.up();
    const now = await readOutputs();
    expect(now.knocks["web-1"]).not.toEqual(outputs.knocks["web-1"]);
    expect({ ...now, knocks: { ...now.knocks, "web-1": {} } }).toEqual({
      ...outputs,
      knocks: { ...outputs.knocks, "web-1": {} },
    });
    expect(touched((await stack.up()).stdout)).toEqual([]);
  });

  test("shows neither the secret nor what is made of it", async () => {
    const ports = Object.values(outputs.knocks).flatMap((perName) =>
      Object.values(perName).flatMap((sequence) =>
        sequence.split(",").map((knock) => knock.split("/")[0] ?? ""),
      ),
    );
    const { stdout, stderr } = await stack.preview({ args: ["--diff"] });
    const words = new Set(`${stdout}${stderr}`.split(/[^\w]+/));
    expect(ports.filter((port) => words.has(port))).toEqual([]);
    const found = execFileSync("grep", ["-rlaE", `${DERIVE}|${outputs.tokenSecrets["ci"]}`, lab.folder], {
      encoding: "utf8",
    });
    // The knocker's own file, which the tests wrote.
    expect(
      found
        .trim()
        .split("\n")
        .filter((path) => !path.endsWith("/secret")),
    ).toEqual([]);
    for (const host of hosts) {
      const kept = await host.run(`grep -rlF ${DERIVE} /etc /var/lib /run 2>/dev/null || true`);
      expect(kept.stdout).toBe("");
    }
  });
});
