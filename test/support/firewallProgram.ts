import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "../../components/args";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { fillConfirmEnvelope, fillEnvelope, SCRIPT_DIGEST } from "../../components/remote/envelope";
import { confirmManifest, printOwner, writeManifest } from "../../components/remote/manifest";
import { packRuleset } from "../../components/remote/packing";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { type ProgramOptions, runProgram } from "./registrations";

const SERVICES = {
  ssh: { ports: ["22"], sequence: "7000,8000/udp,9000" },
  web: { ports: ["8443"], sequence: "9000,6000", accessWindow: "1h" },
};
const ALLOW = ["198.51.100.7"];
const POLICY = parsePolicy({ services: SERVICES, allow: ALLOW });
export const RULESET = printRuleset(compilePolicy(POLICY));
export const KNOCKS = { ssh: "7000/tcp,8000/udp,9000/tcp", web: "9000/tcp,6000/tcp" };

export const ROOT = { host: "192.0.2.1", privateKey: "KEY" };
export const DEPLOY = {
  host: "192.0.2.2",
  port: 2222,
  user: "deploy",
  hostKey: "ssh-ed25519 AAAA",
  dialErrorLimit: 1,
  perDialTimeout: 3,
  proxy: { host: "192.0.2.9", password: "PASSWORD" },
};
export const ARGS: PortKnockFirewallArgs = {
  hosts: { "web-2": { connection: DEPLOY }, "web-1": { connection: ROOT } },
  services: {
    web: SERVICES.web,
    ssh: { ...SERVICES.ssh, sequence: pulumi.secret(SERVICES.ssh.sequence) },
  },
  allow: ALLOW,
};

/** Registers the firewall `edge` and everything below it. */
export async function registered(
  args: PortKnockFirewallArgs | (() => PortKnockFirewallArgs),
  options: ProgramOptions = {},
) {
  // Resources must not be made before the mocks are set.
  const { result: firewall, registrations } = await runProgram(async () => {
    const { PortKnockFirewall } = await import("../../components/portKnockFirewall");
    return { made: new PortKnockFirewall("edge", typeof args === "function" ? args() : args) };
  }, options);
  return { firewall: firewall.made, registrations };
}

/** What a host's apply gets on standard input, and with an attempt its confirm. Mocks print no attempt. */
export function stdinOf(host: string, { adopt, attempt }: { adopt?: string; attempt?: string } = {}): string {
  const owner = { project: "shop", stack: "dev", component: "edge", host };
  return attempt === undefined
    ? fillEnvelope({
        owner: printOwner(owner),
        manifest: writeManifest({ owner, adopt, policy: POLICY, ruleset: RULESET, script: SCRIPT_DIGEST })
          .text,
        packedRuleset: packRuleset(RULESET),
      })
    : fillConfirmEnvelope({
        owner: printOwner(owner),
        manifest: confirmManifest(printOwner(owner), attempt),
      });
}

/** The registrations but those of one host. */
export function without<T>(
  registrations: Readonly<Record<string, T>>,
  host: string,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(registrations).filter(([name]) => name !== host && !name.startsWith(`${host}-`)),
  );
}
