import type { HostPart } from "../policy/hostPart";
import type {
  Baseline,
  Difference,
  Group,
  Knocker,
  KnockerOpening,
  OwnOpening,
  Ping,
  Rollout,
  SharedOpening,
  TokenOpening,
} from "../policy/policy";
import {
  choice,
  duration,
  type Form,
  flag,
  flagFor,
  knocks,
  names,
  networks,
  networksOrEverybody,
  number,
  optionalDuration,
  optionalMoment,
  optionalNumber,
  optionalWord,
  ports,
  restrictedPorts,
  word,
} from "./forms";
import type { Outline, OutlinedKnock, OutlinedService } from "./outline";

/** A field as it stands in the text: `services.ssh.` or nothing, then the name. */
export interface Field<T> {
  readonly name: string;
  readonly form: Form<T>;
}

/** Every field of something. One that somebody adds does not compile until it stands here. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** What a policy has by itself. */
export type PolicyPart = Omit<
  Outline,
  | "hosts"
  | "services"
  | "knockers"
  | "derive"
  | "identity"
  | "log"
  | "profile"
  | "tokenNetworks"
  | "groups"
  | "ownDifferences"
  | "rollout"
>;

const POLICY: Fields<PolicyPart> = {
  deployer: { name: "deployer", form: optionalWord },
  allow: { name: "allow", form: networks },
  openPorts: { name: "openPorts", form: ports },
  guardedAnswer: { name: "guardedAnswer", form: choice("reject", "drop") },
  rollbackSeconds: { name: "rollbackTimeout", form: duration(60) },
};

const PROFILE: Fields<Pick<Outline["profile"], "kind">> = {
  kind: { name: "profile", form: choice("guard", "baseline") },
};

const IDENTITY: Fields<Outline["identity"]> = {
  ipv4Prefix: { name: "identity.ipv4Prefix", form: number(32) },
  ipv6Prefix: { name: "identity.ipv6Prefix", form: number(128) },
};

const LOG: Fields<Outline["log"]> = {
  admissions: { name: "log.admissions", form: flag },
  stages: { name: "log.stages", form: flag },
  refusals: { name: "log.refusals", form: flag },
  linesPerMinute: { name: "log.linesPerMinute", form: optionalNumber },
};

const ROLLOUT: Fields<Rollout> = {
  canaries: { name: "rollout.canaries", form: names },
  batch: { name: "rollout.batch", form: optionalNumber },
};

export type BaselinePart = Omit<Baseline<OutlinedKnock>, "ping">;

const BASELINE: Fields<BaselinePart> = {
  blacklistSeconds: { name: "baseline.blacklistTime", form: duration(3600) },
  synsPerSecond: { name: "baseline.synsPerSecond", form: number(60) },
  traps: { name: "baseline.traps", form: ports },
  exceptNetworks: { name: "baseline.exceptNetworks", form: networks },
  openPortsFrom: { name: "baseline.openPortsFrom", form: restrictedPorts },
  forward: { name: "baseline.forward", form: choice("drop", "accept", "reject") },
  unbanSequence: { name: "baseline.unbanKnocks", form: knocks },
  unbanKnockTimeoutSeconds: { name: "baseline.unbanKnockTimeout", form: optionalDuration },
};

const PING: Fields<Ping> = {
  perSecond: { name: "baseline.ping.perSecond", form: number(1) },
  burst: { name: "baseline.ping.burst", form: number(4) },
  from: { name: "baseline.ping.from", form: networksOrEverybody },
};

export type ServicePart = Omit<OutlinedService, "name" | "opening">;

const SERVICE: Fields<ServicePart> = {
  ports: { name: "ports", form: ports },
  access: { name: "access", form: choice("window", "once") },
  accessWindowSeconds: { name: "accessWindow", form: duration(10) },
  flowTimeoutSeconds: { name: "flowTimeout", form: optionalDuration },
};

/** What tokens have beside their secret, and sequences that open too. */
export type TokenPart = Omit<TokenOpening<OutlinedKnock>, "kind" | "secret">;

const TOKEN: Fields<TokenPart> = {
  knockTimeoutSeconds: { name: "knockTimeout", form: duration(5) },
  closeSequence: { name: "closeKnocks", form: knocks },
  unbans: { name: "unban", form: flag },
};

export type OwnPart = Omit<OwnOpening<OutlinedKnock>, "kind">;

const OWN: Fields<OwnPart> = { sequence: { name: "knocks", form: knocks }, ...TOKEN };

export type SharedPart = Omit<SharedOpening, "kind">;

const SHARED: Fields<SharedPart> = {
  sequenceOf: { name: "sequenceOf", form: word },
};

export type KnockerPart = Omit<Knocker<OutlinedKnock>, "name" | "opening">;

const KNOCKER: Fields<KnockerPart> = {
  services: { name: "services", form: names },
  until: { name: "until", form: optionalMoment },
};

export type KnockerOpeningPart = Pick<KnockerOpening<OutlinedKnock>, "kind">;

const KNOCKER_OPENING: Fields<KnockerOpeningPart> = {
  kind: { name: "token", form: flagFor("own", "token") },
};

const DIFFERENCE: Fields<Difference> = {
  services: { name: "services", form: names },
  allow: { name: "allow", form: networks },
  openPorts: { name: "openPorts", form: ports },
  exceptNetworks: { name: "exceptNetworks", form: networks },
  openPortsFrom: { name: "openPortsFrom", form: restrictedPorts },
};

const HOST: Fields<HostPart> = {
  ...DIFFERENCE,
  tokenNetworks: { name: "tokenNetwork", form: networks },
};

/** What a group is beside what its hosts have in common. */
export type MemberPart = Omit<Group, "name" | keyof Difference>;

const MEMBERS: Fields<MemberPart> = {
  hosts: { name: "hosts", form: names },
};

/** The fields of an outline, by the part of it that has them. */
export const FIELDS = {
  policy: POLICY,
  profile: PROFILE,
  identity: IDENTITY,
  log: LOG,
  rollout: ROLLOUT,
  baseline: BASELINE,
  ping: PING,
  service: SERVICE,
  own: OWN,
  shared: SHARED,
  token: TOKEN,
  difference: DIFFERENCE,
  host: HOST,
  members: MEMBERS,
  knocker: KNOCKER,
  knockerOpening: KNOCKER_OPENING,
};
