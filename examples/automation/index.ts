import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { type ConnectionArgs, PortKnockFirewall } from "pulumi-portknock";

/** What `fleet.json` says. Secrets stand in files of their own, and reach the program as secrets. */
interface Fleet {
  readonly hosts: Readonly<Record<string, ConnectionArgs>>;
  readonly allow: readonly string[];
}

const OPERATIONS: Readonly<Record<string, (stack: Stack) => Promise<void>>> = {
  up: async (stack) => {
    const { summary } = await stack.up({ onEvent: tell });
    console.log(`up: ${JSON.stringify(summary.resourceChanges)}`);
  },
  drift: async (stack) => {
    const said: string[] = [];
    const { changeSummary } = await stack.preview({ onEvent: (event) => said.push(...messageOf(event)) });
    const isDrifted = Object.keys(changeSummary).some((change) => change !== "same");
    console.log(isDrifted ? said.filter((line) => line.includes(": drifted: ")).join("\n") : "in sync");
  },
  destroy: async (stack) => {
    await stack.destroy();
    console.log("destroyed");
  },
};

async function main(name = ""): Promise<void> {
  const operation = OPERATIONS[name];
  if (operation === undefined) {
    throw new Error(`cannot do ${name}; give one of ${Object.keys(OPERATIONS).join(", ")}`);
  }
  const project = { projectName: "automation", stackName: "dev" };
  await operation(await LocalWorkspace.createOrSelectStack({ ...project, program }));
}

/** What a project's index.ts would hold. */
async function program(): Promise<object> {
  const fleet: Fleet = JSON.parse(readFileSync("fleet.json", "utf8"));
  const privateKey = secretIn("key");
  const firewall = new PortKnockFirewall("fleet", {
    hosts: Object.fromEntries(
      Object.entries(fleet.hosts).map(([name, connection]) => [
        name,
        { connection: { ...connection, privateKey } },
      ]),
    ),
    services: { ssh: { ports: ["22"], sequence: secretIn("ssh.knocks") } },
    allow: [...fleet.allow],
  });
  return { hosts: firewall.hosts, knocks: firewall.knocks };
}

function secretIn(file: string): pulumi.Output<string> {
  return pulumi.secret(readFileSync(file, "utf8"));
}

/** Progress, as it happens: who was asked, what is made, what the component says. */
function tell(event: EngineEvent): void {
  const { type, urn } = event.resOutputsEvent?.metadata ?? {};
  if (type === "command:remote:Command") console.log(`done: ${urn?.split("::").at(-1)}`);
  for (const message of messageOf(event)) console.log(message);
}

function messageOf({ diagnosticEvent }: EngineEvent): readonly string[] {
  return diagnosticEvent === undefined ? [] : [diagnosticEvent.message.trim()];
}

main(process.argv[2]).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
