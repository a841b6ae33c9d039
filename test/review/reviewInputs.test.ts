import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { PortKnockFirewallArgs } from "../../components/args";
import { registered } from "../support/firewallProgram";
import { resolved } from "../support/registrations";

const SEQUENCE = "7000,8000/udp,9000";
const args = (fields: Partial<PortKnockFirewallArgs>): PortKnockFirewallArgs => ({
  hosts: { "web-1": { connection: { host: "192.0.2.1", privateKey: pulumi.secret("KEY") } } },
  services: { ssh: { ports: ["22"], sequence: pulumi.secret(SEQUENCE) } },
  allow: ["198.51.100.7"],
  ...fields,
});

async function reviewed(fields: () => Partial<PortKnockFirewallArgs>) {
  const { registrations, firewall } = await registered(() => args(fields()));
  const { inputs = {}, secrets } = registrations["edge"] ?? {};
  const hosts = String(inputs["policy"])
    .split("\n")
    .filter((line) => line.startsWith("hosts."));
  return { inputs, secrets, hosts, registrations, policy: await resolved(firewall.policy) };
}

describe("what the component shows for review", () => {
  it("is the text alone, in the clear, and the same as its output", async () => {
    const { inputs, secrets, policy } = await reviewed(() => ({}));
    expect([Object.keys(inputs), secrets]).toEqual([["policy"], []]);
    expect(inputs["policy"]).toBe(policy);
  });

  it("is a secret sequence for each service that has one, in canonical form", async () => {
    const { registrations } = await reviewed(() => ({
      services: {
        ssh: { ports: ["22"], sequence: "7000 8000:udp 9000", closeSequence: "9100,7100" },
        sftp: { ports: ["2222"], sequenceOf: "ssh" },
      },
      openPorts: ["80"],
      baseline: { unbanSequence: "7100,9100" },
    }));
    const sequences = Object.entries(registrations)
      .filter(([, { type }]) => type === "pulumi-portknock:index:KnockSequence")
      .map(([name, { inputs, secrets, parent }]) => [name, parent, inputs, secrets]);
    expect(sequences).toEqual([
      ["edge-baseline.unban", "edge", { sequence: "7100/tcp,9100/tcp" }, ["sequence"]],
      ["edge-ssh", "edge", { sequence: "7000/tcp,8000/udp,9000/tcp" }, ["sequence"]],
      ["edge-ssh.close", "edge", { sequence: "9100/tcp,7100/tcp" }, ["sequence"]],
    ]);
  });

  it("hides an address that is secret, and shows the rest", async () => {
    const { hosts, secrets } = await reviewed(() => ({
      hosts: {
        "web-1": { connection: { host: pulumi.secret("192.0.2.1") } },
        "web-2": { connection: pulumi.secret({ host: "192.0.2.2" }) },
        "web-3": {
          connection: {
            host: "192.0.2.3",
            port: 2222,
            proxy: { host: "192.0.2.9", password: pulumi.secret("P") },
          },
        },
        "web-4": { connection: { host: "192.0.2.4", proxy: pulumi.secret({ host: "192.0.2.9" }) } },
        "web-5": { connection: Promise.resolve({ host: "192.0.2.5", user: "deploy" }) },
      },
    }));
    expect([hosts, secrets]).toEqual([
      [
        "hosts.web-1 = (secret)",
        "hosts.web-2 = (secret)",
        "hosts.web-3 = root@192.0.2.3:2222 via root@192.0.2.9:22",
        "hosts.web-4 = root@192.0.2.4:22 via (secret)",
        "hosts.web-5 = deploy@192.0.2.5:22",
      ],
      [],
    ]);
  });

  it("is secret as a whole where a rule is", async () => {
    const { secrets } = await reviewed(() => ({ allow: pulumi.secret(["198.51.100.7"]) }));
    expect(secrets).toEqual(["policy"]);
  });
});
