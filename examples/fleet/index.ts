import * as pulumi from "@pulumi/pulumi";
import {
  type BaselineArgs,
  type ConnectionArgs,
  type DifferenceArgs,
  type GroupArgs,
  type IdentityArgs,
  type KnockerArgs,
  type LogArgs,
  PortKnockFirewall,
  type RolloutArgs,
  type ServiceArgs,
} from "pulumi-portknock";

/** A guarded service as the stack's configuration has it: its sequence stands apart, encrypted. */
type ServiceConfig = Omit<ServiceArgs, "sequence" | "closeSequence">;

/** Somebody who knocks; his sequence stands with the others, or what his tokens are made of with the others. */
interface KnockerConfig extends Omit<KnockerArgs, "sequence" | "token" | "closeSequence"> {
  services: string[];
  token?: boolean;
}

/** How a host is reached, and what else it has of its own. */
interface HostConfig extends ConnectionArgs {
  tokenNetwork?: string;
  own?: DifferenceArgs;
}

const config = new pulumi.Config();
const privateKey = config.requireSecret("privateKey");
const sequences =
  config.getSecretObject<Record<string, string>>("sequences") ?? pulumi.output<Record<string, string>>({});
const tokens =
  config.getSecretObject<Record<string, string>>("tokens") ?? pulumi.output<Record<string, string>>({});
const hosts = config.requireObject<Record<string, HostConfig>>("hosts");
const groups = config.getObject<Record<string, GroupArgs>>("groups") ?? {};
const services = config.requireObject<Record<string, ServiceConfig>>("services");
const knockers = config.getObject<Record<string, KnockerConfig>>("knockers") ?? {};
const derive = config.getSecret("derive");
const deployer = config.get("deployer");
const guardedAnswer = config.get<"reject" | "drop">("guardedAnswer");
const identity = config.getObject<IdentityArgs>("identity");
const baseline = config.getObject<BaselineArgs>("baseline");
const log = config.getObject<LogArgs>("log");
const rollbackTimeout = config.get("rollbackTimeout");
const rollout = config.getObject<RolloutArgs>("rollout");

/** What nobody wrote is derived, where there is something to derive it from. */
const unwritten = derive === undefined ? "" : "derived";
const sequenceOf = (name: string) => ({ sequence: sequences.apply((secret) => secret[name] ?? unwritten) });
const tokenOf = (name: string) => ({ token: tokens.apply((secret) => secret[name] ?? unwritten) });
/** What knockers open has no sequence of its own here. */
const isKnocked = (service: string) =>
  Object.values(knockers).some((knocker) => knocker.services.includes(service));

const firewall = new PortKnockFirewall("fleet", {
  hosts: Object.fromEntries(
    Object.entries(hosts).map(([name, { tokenNetwork, own, ...connection }]) => [
      name,
      {
        connection: { privateKey, ...connection },
        ...(tokenNetwork !== undefined && { tokenNetwork }),
        ...own,
      },
    ]),
  ),
  groups,
  services: Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      service.sequenceOf === undefined && !isKnocked(name) ? { ...service, ...sequenceOf(name) } : service,
    ]),
  ),
  knockers: Object.fromEntries(
    Object.entries(knockers).map(([name, { token = false, ...knocker }]) => [
      name,
      { ...knocker, ...(token ? tokenOf(name) : sequenceOf(name)) },
    ]),
  ),
  allow: config.getObject<string[]>("allow") ?? [],
  openPorts: config.getObject<string[]>("openPorts") ?? [],
  ...(derive !== undefined && { derive }),
  ...(deployer !== undefined && { deployer }),
  ...(guardedAnswer !== undefined && { guardedAnswer }),
  ...(identity !== undefined && { identity }),
  ...(baseline !== undefined && { baseline }),
  ...(log !== undefined && { log }),
  ...(rollbackTimeout !== undefined && { rollbackTimeout }),
  ...(rollout !== undefined && { rollout }),
});

export const fleet = firewall.hosts;
/** Host → service → sequence, for the people who knock. Secret. */
export const knocks = firewall.knocks;
/** Host → knocker → sequence. Secret. */
export const people = firewall.knockers;
/** Knocker → what his tokens are made of, where it is derived. Secret. */
export const tokenSecrets = firewall.tokenSecrets;
