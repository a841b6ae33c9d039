import { resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { changes, diagnostics, diagnosticsOf, stopsOf } from "../support/engineOutput";
import { createFleetStack, type FleetStack, PROGRAM_KINDS, type ProgramKind } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { countLogins, snapshotHost } from "../support/seenBy";

const ROOT = resolve(__dirname, "../..");
const OTHER = "PortKnockFirewall (other)";
const FINE = "9000,7000,8000/udp";

const NO_ARGUMENTS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "null",
    '"other", { hosts: { "web-1": null }, services: { ssh: null } }',
    [
      "error: hosts.web-1.connection: is missing or of another type; give an object",
      "services.ssh: is missing or of another type; give an object",
    ],
  ],
  [
    "text",
    '"other", { hosts: { "web-1": "" }, services: "ssh" }',
    [
      "error: hosts.web-1.connection: is missing or of another type; give an object",
      "services: is not an object; give one entry a name",
    ],
  ],
  [
    "nothing",
    '"other", {}',
    [
      "error: hosts: is not an object; give one entry a name",
      "services: is not an object; give one entry a name",
    ],
  ],
  [
    "later",
    '"other", { hosts: pulumi.output({}), services: pulumi.output({}) }',
    [
      "error: hosts: is an Output as a whole; write it as an object; the fields of its entries may be Outputs",
      "services: is an Output as a whole; write it as an object; the fields of its entries may be Outputs",
    ],
  ],
];

describe.skipIf(realProblem()).each(PROGRAM_KINDS)(
  "a program of two components of kind %s, one of which is refused",
  (kind) => {
    const stops = stopsOf(kind, "other");
    let lab: Lab;
    let hosts: readonly LabHost[];
    let before: readonly string[];

    beforeAll(async () => {
      lab = await createLab();
      hosts = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    });
    beforeEach(async () => {
      before = await snapshots();
    });
    afterAll(async () => lab?.dispose());

    const snapshots = (): Promise<readonly string[]> => Promise.all(hosts.map(snapshotHost));

    /** A preview and an update, neither of which goes through nor touches a host. */
    const expectRefusal = async (stack: FleetStack, lines: readonly string[]): Promise<void> => {
      for (const run of [stack.preview, stack.up]) {
        const { exitCode, stdout, stderr } = await run({ check: false });
        expect([exitCode === 0, diagnosticsOf(stdout, OTHER)]).toEqual([false, lines]);
        expect(complaints(stdout).toSorted()).toEqual([...lines, ...stops].toSorted());
        expect(`${stdout}${stderr}`).not.toMatch(/unhandled|node_modules|at .*:\d+:\d+|7001/i);
      }
      expect(await snapshots()).toEqual(before);
      // What nobody confirmed must not be what the next review compares with.
      expect((await stack.pulumi(["stack", "export"])).stdout).not.toContain("services.ssh.ports = 22/tcp");
    };

    test("rejects both for a secret of the stack's configuration: neither host is touched", async () => {
      const stack = await programStack(lab, kind, "secret", hosts);
      await stack.pulumi(["config", "set", "--secret", "sequence", "7001,7001"]);
      await expectRefusal(stack, [
        "error: services.ssh.sequence: knock 2 repeats knock 1; use each port once",
      ]);
    });

    test("rejects both for a secret that the program reads elsewhere: neither host is touched", async () => {
      const read = 'pulumi.secret(new Promise((resolve) => setTimeout(resolve, 500, "7001,7001")))';
      const program = programOf(lab, hosts[0], hosts[1]).replace('config.requireSecret("sequence")', read);
      const stack = await programStack(lab, kind, "read", hosts, program);
      await expectRefusal(stack, [
        "error: services.ssh.sequence: knock 2 repeats knock 1; use each port once",
      ]);
    });

    test("rejects it although something else is not known before the update", async () => {
      const stack = await programStack(lab, kind, "late", hosts);
      await stack.pulumi(["config", "set", "later", FINE]);
      await stack.pulumi(["config", "set", "--secret", "sequence", "7001"]);
      await expectRefusal(stack, [
        "error: services.ssh.sequence: has 1 knock; give 2 to 16, or leave the service unguarded",
      ]);
      expect(await Promise.all(hosts.slice(1).map(countLogins))).toEqual([0]);
    });

    test("rejects a value as soon as an update knows it: the host that it is for is not touched", async () => {
      const stack = await programStack(lab, kind, "bad", hosts);
      await stack.pulumi(["config", "set", "later", "7001,7001"]);
      await stack.pulumi(["config", "set", "--secret", "sequence", FINE]);
      expect((await stack.preview()).exitCode).toBe(0);
      const { exitCode, stdout } = await stack.up({ check: false });
      expect(exitCode).not.toBe(0);
      expect(diagnosticsOf(stdout, OTHER)).toEqual([
        "error: services.chat.sequence: knock 2 repeats knock 1; use each port once",
      ]);
      const [, second] = await snapshots();
      expect(second).toBe(before[1]);
      await stack.destroy();
    });

    // What a program without types may hand over does not depend on who starts it.
    test.each(kind === "CLI" ? NO_ARGUMENTS : NO_ARGUMENTS.slice(0, 1))(
      "rejects arguments that are none, as a program without types may have them: %s",
      async (name, args, lines) => {
        const program = `const pulumi = require("@pulumi/pulumi");
      const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
      new PortKnockFirewall(${args});`;
        await expectRefusal(await programStack(lab, kind, name, hosts, program), lines);
      },
    );

    test("does not wait in a circle where an apply brings in what waits for the other component", async () => {
      const [first, second] = hosts;
      const program = `const pulumi = require("@pulumi/pulumi");
      const command = require("@pulumi/command");
      const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
      const guarded = (name, host, connection) => new PortKnockFirewall(name, {
        hosts: { [host]: { connection } },
        services: { ssh: { ports: ["22"], sequence: "${FINE}" } },
        allow: ["${lab.operator.address4}"],
      });
      const fine = guarded("fine", "web-1", ${connectionTo(lab, first)});
      const machine = new command.remote.Command(
        "machine",
        { connection: ${connectionTo(lab, first)}, create: "echo ${second?.address4}" },
        { dependsOn: [fine] },
      );
      const host = pulumi.output("later").apply(() => machine.stdout.apply((printed) => printed.trim()));
      guarded("other", "web-2", { ...${connectionTo(lab, second)}, host });`;
      const stack = await programStack(lab, kind, "circle", hosts, program);
      expect(changes((await stack.up()).stdout)).toEqual(["+ 12 created"]);
      await stack.destroy();
    });

    test("shows every warning once, in a preview and in an update", async () => {
      const stack = await programStack(lab, kind, "warned", hosts);
      await stack.pulumi(["config", "set", "--secret", "sequence", "9000,7000"]);
      const expected = [
        "warning: services.ssh.sequence: has only 2 knocks, which guessing finds sooner; give 3 or more",
      ];
      for (const run of [stack.preview, stack.up]) {
        const { stdout } = await run();
        expect([complaints(stdout), diagnosticsOf(stdout, OTHER)]).toEqual([expected, expected]);
      }
      await stack.destroy();
    });
  },
);

describe.skipIf(realProblem())("an inline program that waits for what was refused", () => {
  test("rejects in bounded time, deletes nothing, and lists the problems in the error that its caller gets", async () => {
    await using lab = await createLab();
    const host = await lab.addHost("web-1");
    const stack = await programStack(lab, "inline", "waiting", [host], waitingProgram(lab, host));
    await stack.pulumi(["config", "set", "--secret", "sequence", FINE]);
    await stack.up();
    const before = await snapshotHost(host);
    await stack.pulumi(["config", "set", "--secret", "sequence", "7001,7001"]);
    const { exitCode, stdout, stderr } = await stack.up({ check: false });
    expect([exitCode, diagnosticsOf(stdout, OTHER)]).toEqual([
      1,
      ["error: services.ssh.sequence: knock 2 repeats knock 1; use each port once"],
    ]);
    expect(diagnosticsOf(stderr, OTHER)).toEqual(diagnosticsOf(stdout, OTHER));
    expect(diagnosticsOf(stdout, "Stop (other)")).toEqual([
      'error: before hook "other" failed: the program waited for something that had failed, and was stopped',
    ]);
    expect(await snapshotHost(host)).toBe(before);
  });
});

/** Somebody's own component takes what the firewall gives, and has outputs of its own. */
function waitingProgram(lab: Lab, host: LabHost): string {
  return `
const pulumi = require("@pulumi/pulumi");
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
class Site extends pulumi.ComponentResource {
  constructor(name, inputs) {
    super("test:index:Site", name, inputs);
    this.registerOutputs({});
  }
}
const { knocks } = new PortKnockFirewall("other", {
  hosts: { "web-1": { connection: ${connectionTo(lab, host)} } },
  services: { ssh: { ports: ["22"], sequence: new pulumi.Config().requireSecret("sequence") } },
  allow: ["${lab.operator.address4}"],
});
new Site("site", { knocks });
`;
}

/** Without what a probe tells of a host that is as it should be. */
function complaints(stdout: string): readonly string[] {
  return diagnostics(stdout).filter((line) => !line.endsWith(": carries none of our rules"));
}

async function programStack(
  lab: Lab,
  kind: ProgramKind,
  name: string,
  [first, second]: readonly LabHost[],
  program = programOf(lab, first, second),
): Promise<FleetStack> {
  const stack = await createFleetStack(lab, name, kind);
  stack.writeProgram(program);
  return stack;
}

function connectionTo({ privateKey }: Lab, host: LabHost | undefined): string {
  return JSON.stringify({ privateKey, host: host?.address4, hostKey: host?.hostKey });
}

/** `fine` is fine; `other` has the sequence of the configuration, and with `later` one that a resource brings. */
function programOf(lab: Lab, first: LabHost | undefined, second: LabHost | undefined): string {
  return `
const pulumi = require("@pulumi/pulumi");
const command = require("@pulumi/command");
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
const config = new pulumi.Config();
const later = config.get("later");
const allow = ["${lab.operator.address4}"];
new PortKnockFirewall("fine", {
  hosts: { "web-1": { connection: ${connectionTo(lab, first)} } },
  services: { ssh: { ports: ["22"], sequence: "${FINE}" } },
  allow,
});
const services = { ssh: { ports: ["22"], sequence: config.requireSecret("sequence") } };
if (later) {
  const vault = new command.remote.Command("vault", { connection: ${connectionTo(lab, first)}, create: "echo " + later });
  services.chat = { ports: ["6697"], sequence: vault.stdout };
}
new PortKnockFirewall("other", { hosts: { "web-2": { connection: ${connectionTo(lab, second)} } }, services, allow });
`;
}
