import { type HostPart, partsOfHosts } from "../policy/hostPart";
import type { Difference, Group, KnockerOpening, Opening, OwnOpening, Profile } from "../policy/policy";
import { unreachable } from "../policy/unreachable";
import { readFacts } from "./facts";
import { FIELDS, type Field } from "./fields";
import type { Outline, OutlinedKnock, OutlinedKnocker, OutlinedService } from "./outline";
import { readReach } from "./reach";

/** Reads a field at its name. */
type Read = <T>(field: Field<T>) => T;

/** What `printOutline` printed, in this version or in another one: a field that is missing is as where nobody chose. */
export function readOutline(text: string): Outline {
  const facts = readFacts(text);
  const paths = [...facts.keys()].toSorted();
  const within =
    (prefix: string): Read =>
    ({ name, form }) =>
      form.read(facts.get(`${prefix}${name}`) ?? []);
  const read = within("");
  const hosts = namesAt(/^hosts\.([^.]+)$/, paths);
  return {
    hosts: hosts.map((host) => readReach(host, facts.get(`hosts.${host}`)?.[0] ?? "")),
    ...partsOfHosts(hosts.map((host) => [host, readHostPart(within(`hosts.${host}.`))])),
    groups: namesAt(/^groups\.([^.]+)\.hosts$/, paths).map((name) =>
      readGroup(name, within(`groups.${name}.`)),
    ),
    services: namesAt(/^services\.([^.]+)\.ports$/, paths).map((service) =>
      readService(service, within(`services.${service}.`)),
    ),
    knockers: namesAt(/^knockers\.([^.]+)\.services$/, paths).map((knocker) =>
      readKnocker(knocker, within(`knockers.${knocker}.`)),
    ),
    deployer: read(FIELDS.policy.deployer),
    derive: "",
    allow: read(FIELDS.policy.allow),
    openPorts: read(FIELDS.policy.openPorts),
    guardedAnswer: read(FIELDS.policy.guardedAnswer),
    identity: {
      ipv4Prefix: read(FIELDS.identity.ipv4Prefix),
      ipv6Prefix: read(FIELDS.identity.ipv6Prefix),
    },
    profile: readProfile(read),
    log: {
      admissions: read(FIELDS.log.admissions),
      stages: read(FIELDS.log.stages),
      refusals: read(FIELDS.log.refusals),
      linesPerMinute: read(FIELDS.log.linesPerMinute),
    },
    rollbackSeconds: read(FIELDS.policy.rollbackSeconds),
    rollout: {
      canaries: read(FIELDS.rollout.canaries),
      batch: read(FIELDS.rollout.batch),
    },
  };
}

function readHostPart(read: Read): HostPart {
  return {
    tokenNetworks: read(FIELDS.host.tokenNetworks),
    ...readDifference(read),
  };
}

function readGroup(name: string, read: Read): Group {
  return { name, hosts: read(FIELDS.members.hosts), ...readDifference(read) };
}

function readDifference(read: Read): Difference {
  return {
    services: read(FIELDS.difference.services),
    allow: read(FIELDS.difference.allow),
    openPorts: read(FIELDS.difference.openPorts),
    exceptNetworks: read(FIELDS.difference.exceptNetworks),
    openPortsFrom: read(FIELDS.difference.openPortsFrom),
  };
}

function readService(name: string, read: Read): OutlinedService {
  return {
    name,
    ports: read(FIELDS.service.ports),
    opening: readOpening(read),
    accessWindowSeconds: read(FIELDS.service.accessWindowSeconds),
    access: read(FIELDS.service.access),
    flowTimeoutSeconds: read(FIELDS.service.flowTimeoutSeconds),
  };
}

/** A knocker is in the text by the services that he may open, and a service by its ports. */
function namesAt(pattern: RegExp, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => pattern.exec(path)?.[1] ?? []).toSorted();
}

function readKnocker(name: string, read: Read): OutlinedKnocker {
  return {
    name,
    services: read(FIELDS.knocker.services),
    opening: readKnockerOpening(read),
    until: read(FIELDS.knocker.until),
  };
}

function readOpening(read: Read): Opening<OutlinedKnock> {
  const sequenceOf = read(FIELDS.shared.sequenceOf);
  if (sequenceOf !== "") {
    return { kind: "shared", sequenceOf };
  }
  const own = readOwn(read);
  return own.sequence.length > 0 ? own : { kind: "knockers" };
}

function readKnockerOpening(read: Read): KnockerOpening<OutlinedKnock> {
  const kind = read(FIELDS.knockerOpening.kind);
  switch (kind) {
    case "own":
      return readOwn(read);
    case "token": {
      const { sequence, ...common } = readOwn(read);
      return { ...common, kind, secret: "" };
    }
    default:
      return unreachable(kind);
  }
}

function readOwn(read: Read): OwnOpening<OutlinedKnock> {
  return {
    kind: "own",
    sequence: read(FIELDS.own.sequence),
    knockTimeoutSeconds: read(FIELDS.own.knockTimeoutSeconds),
    closeSequence: read(FIELDS.own.closeSequence),
    unbans: read(FIELDS.own.unbans),
  };
}

function readProfile(read: Read): Profile<OutlinedKnock> {
  return read(FIELDS.profile.kind) === "guard"
    ? { kind: "guard" }
    : {
        kind: "baseline",
        ping: {
          perSecond: read(FIELDS.ping.perSecond),
          burst: read(FIELDS.ping.burst),
          from: read(FIELDS.ping.from),
        },
        blacklistSeconds: read(FIELDS.baseline.blacklistSeconds),
        synsPerSecond: read(FIELDS.baseline.synsPerSecond),
        traps: read(FIELDS.baseline.traps),
        exceptNetworks: read(FIELDS.baseline.exceptNetworks),
        openPortsFrom: read(FIELDS.baseline.openPortsFrom),
        forward: read(FIELDS.baseline.forward),
        unbanSequence: read(FIELDS.baseline.unbanSequence),
        unbanKnockTimeoutSeconds: read(FIELDS.baseline.unbanKnockTimeoutSeconds),
      };
}
