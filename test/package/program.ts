import * as pulumi from "@pulumi/pulumi";
import { PortKnockFirewall, type PortKnockFirewallArgs, parseSequence } from "pulumi-portknock";

/** A program of somebody who has installed the package: package.test.ts compiles and runs it where it is installed. */
const args: PortKnockFirewallArgs = {
  hosts: { "web-1": { connection: { host: "203.0.113.10", user: "deploy", hostKey: "ssh-ed25519 AAAA" } } },
  services: { ssh: { ports: ["22"], sequence: pulumi.secret("7000,8000/udp,9000") } },
  allow: ["198.51.100.7"],
};

async function main(): Promise<void> {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: ({ inputs }) => inputs,
  });
  const edge = new PortKnockFirewall("edge", args);
  console.log(`${parseSequence("7000,8000/udp").length} knocks`);
  edge.policy.apply((policy) => console.log(policy.split("\n").find((line) => line.startsWith("hosts."))));
}

void main();
