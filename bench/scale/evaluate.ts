// Evaluates one program against mocks of the engine, and prints what that took: seconds, and the process's greatest memory.
//
//   node --import tsx bench/scale/evaluate.ts portknock|commands update|preview HOSTS
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { promiseOf } from "../../components/outputs/ifKnown";
import { PortKnockFirewall } from "../../dist";

const [kind = "", operation = "", count = ""] = process.argv.slice(2);

/** What the rules of a small policy come to on standard input. */
const STDIN_CHARACTERS = 4_200;

/** As with a real engine, no resource is there before the program has gone on. */
const mocks: pulumi.runtime.Mocks = {
  call: ({ inputs }) => inputs,
  newResource: async ({ name, inputs }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return { id: `${name}-id`, state: inputs };
  },
};

interface Reached {
  readonly host: string;
  readonly hostKey: string;
  readonly privateKey: pulumi.Output<string>;
}

/** As documentation recommends: without a host's key each host has a warning. */
const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBvJ7Y9JwnUq7vYCXGX4Jm3kq1b5u7bL9c0d1e2f3g4h";

const connections = (): Readonly<Record<string, Reached>> =>
  Object.fromEntries(
    Array.from({ length: Number(count) }, (_, index) => [
      `web-${index}`,
      { host: `10.0.${index >> 8}.${index & 255}`, hostKey: HOST_KEY, privateKey: pulumi.secret("key") },
    ]),
  );

/** Two services, a baseline. Nothing is dialled. */
function firewall(): pulumi.Output<unknown> {
  const hosts = Object.fromEntries(
    Object.entries(connections()).map(([name, connection]) => [name, { connection }]),
  );
  const { policy, knocks, rulesets } = new PortKnockFirewall("edge", {
    hosts,
    services: {
      ssh: { ports: ["22"], sequence: pulumi.secret("7000,9000/udp,8000") },
      admin: { ports: ["8443"], sequence: pulumi.secret("7100,9100/udp,8100"), accessWindow: "10m" },
    },
    allow: ["10.0.0.0/8"],
    openPorts: ["80", "443"],
    baseline: {},
  });
  return pulumi.all([policy, knocks, rulesets]);
}

/** What every program pays that runs two commands on each host. */
function commands(): pulumi.Output<unknown> {
  return pulumi.all(
    Object.entries(connections()).map(([name, connection]) => {
      const stdin = pulumi.secret(`${name}${"x".repeat(STDIN_CHARACTERS)}`);
      const secret = { additionalSecretOutputs: ["stdout", "stderr"] };
      const first = new command.remote.Command(`${name}-first`, { connection, create: "sh", stdin }, secret);
      const second = new command.remote.Command(
        `${name}-second`,
        { connection, create: "sh", stdin: first.stdout.apply((printed) => printed ?? "") },
        { ...secret, dependsOn: [first] },
      );
      return second.id;
    }),
  );
}

async function main(): Promise<void> {
  await pulumi.runtime.setMocks(mocks, "shop", "dev", operation === "preview");
  const started = performance.now();
  const done = kind === "portknock" ? firewall() : commands();
  // In a preview it is not known, and comes all the same.
  await promiseOf(done);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ seconds, kilobytes: process.resourceUsage().maxRSS })}\n`);
}

void main();
