import * as pulumi from "@pulumi/pulumi";
import {
  type BaselineArgs,
  type ConnectionArgs,
  type IdentityArgs,
  type LogArgs,
  PortKnockFirewall,
  type ServiceArgs,
} from "pulumi-portknock";

/** A guarded service as the stack's configuration has it: its sequence stands apart, encrypted. */
type ServiceConfig = Omit<ServiceArgs, "sequence" | "closeSequence">;

const config = new pulumi.Config();
const privateKey = config.requireSecret("privateKey");
const sequences = config.requireSecretObject<Record<string, string>>("sequences");
const hosts = config.requireObject<Record<string, ConnectionArgs>>("hosts");
const services = config.requireObject<Record<string, ServiceConfig>>("services");
const guardedAnswer = config.get("guardedAnswer");
const identity = config.getObject<IdentityArgs>("identity");
const baseline = config.getObject<BaselineArgs>("baseline");
const log = config.getObject<LogArgs>("log");
const rollbackTimeout = config.get("rollbackTimeout");

const firewall = new PortKnockFirewall("fleet", {
  hosts: Object.fromEntries(
    Object.entries(hosts).map(([name, connection]) => [name, { connection: { privateKey, ...connection } }]),
  ),
  services: Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      service.sequenceOf === undefined
        ? { ...service, sequence: sequences.apply((secret) => secret[name] ?? "") }
        : service,
    ]),
  ),
  allow: config.getObject<string[]>("allow") ?? [],
  openPorts: config.getObject<string[]>("openPorts") ?? [],
  ...(guardedAnswer !== undefined && { guardedAnswer }),
  ...(identity !== undefined && { identity }),
  ...(baseline !== undefined && { baseline }),
  ...(log !== undefined && { log }),
  ...(rollbackTimeout !== undefined && { rollbackTimeout }),
});

export const fleet = firewall.hosts;
/** Host → service → sequence, for the people who knock. Secret. */
export const knocks = firewall.knocks;
