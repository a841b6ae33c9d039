import { join, resolve } from "node:path";
import { createLab, type LabHost } from "../../lab";
import { createFleetStack } from "../../test/support/fleetStack";

const LIBRARY = resolve(import.meta.dirname, "../../dist");

/** What a host more is in a stack's state, in bytes of its export. */
export interface StateOfHost {
  /** As `pulumi stack export` prints it. */
  readonly printed: number;
  /** Without the white space of that. */
  readonly compact: number;
}

/** Guards booted hosts by the smallest policy, one service, and looks at what the others add to the first one's state. */
export async function measureState(others: number): Promise<StateOfHost> {
  await using lab = await createLab();
  const names = Array.from({ length: others + 1 }, (_, index) => `web-${index + 1}`);
  const hosts = await Promise.all(names.map((name) => lab.addHost(name)));
  const stack = await createFleetStack(lab, "bench");
  const exported = async (guarded: readonly LabHost[]): Promise<StateOfHost> => {
    stack.writeProgram(programOf(guarded, lab.privateKey, lab.operator.address4));
    await stack.up();
    const { stdout } = await stack.pulumi(["stack", "export"]);
    return { printed: stdout.length, compact: JSON.stringify(JSON.parse(stdout)).length };
  };
  const one = await exported(hosts.slice(0, 1));
  const all = await exported(hosts);
  return {
    printed: Math.round((all.printed - one.printed) / others),
    compact: Math.round((all.compact - one.compact) / others),
  };
}

function programOf(hosts: readonly LabHost[], privateKey: string, allow: string): string {
  const connections = hosts.map(({ name, address4, hostKey }) => [
    name,
    { connection: { host: address4, hostKey, privateKey } },
  ]);
  return `
const { PortKnockFirewall } = require(${JSON.stringify(join(LIBRARY, "index.js"))});
new PortKnockFirewall("fleet", {
  hosts: ${JSON.stringify(Object.fromEntries(connections))},
  services: { ssh: { ports: ["22"], sequence: "41101,52202/udp,43303" } },
  allow: [${JSON.stringify(allow)}],
});
`;
}
