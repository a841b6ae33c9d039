import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { diagnostics } from "../support/engineOutput";
import { createFleetStack, PROGRAM_KINDS } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";

const ROOT = resolve(__dirname, "../..");

describe.skipIf(realProblem())("a machine that is gone, and was its firewall's deletedWith", () => {
  test.each(PROGRAM_KINDS)(
    "is not dialled by a %s program: alone by a transform for its host, with all hosts by the component's own option",
    async (kind) => {
      await using lab = await createLab();
      const [first, second] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
      const stack = await createFleetStack(lab, "dev", kind);
      stack.writeProgram(programOf(lab, [first, second]));
      await stack.up();
      // What a transform returns is as secret as what it was given.
      expect((await stack.pulumi(["stack", "export"])).stdout).not.toContain("41101");
      await first.shutdown();
      stack.writeProgram(programOf(lab, [second]));
      const { stdout } = await stack.up();
      expect(diagnostics(stdout).filter((line) => line.startsWith("error"))).toEqual([]);
      expect((await second.run("nft list tables")).stdout).toBe("table inet portknock\n");

      await second.shutdown();
      await stack.destroy();
      const { stdout: state } = await stack.pulumi(["stack", "export"]);
      expect(JSON.parse(state).deployment.resources ?? []).toEqual([]);
    },
  );
});

/** A command without `delete` stands for a machine: its end needs nobody's answer. */
function programOf(lab: Lab, hosts: readonly LabHost[]): string {
  const connections = hosts.map(({ name, address4, hostKey }) => [
    name,
    { privateKey: lab.privateKey, perDialTimeout: 3, dialErrorLimit: 1, host: address4, hostKey },
  ]);
  return `
const command = require("@pulumi/command");
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
const connections = ${JSON.stringify(connections)};
const site = new command.remote.Command("site", { connection: connections.at(-1)[1], create: "true" });
const machineOf = connections.length === 1 ? {} : {
  "fleet-web-1": new command.remote.Command("machine", { connection: connections[0][1], create: "true" }),
};
new PortKnockFirewall("fleet", {
  hosts: Object.fromEntries(connections.map(([name, connection]) => [name, { connection }])),
  services: { ssh: { ports: ["22"], sequence: "41101,52202/udp,43303" } },
  allow: ["${lab.operator.address4}"],
}, {
  deletedWith: site,
  transforms: [({ name, props, opts }) =>
    name in machineOf ? { props, opts: { ...opts, deletedWith: machineOf[name] } } : { props, opts }],
});
`;
}
