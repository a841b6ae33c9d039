import { COMMON_PORTS } from "../../components/policy/commonPorts";
import { namedSequences } from "../../components/policy/namedSequences";
import type { Policy, PortRange } from "../../components/policy/policy";
import { overlaps } from "../../components/policy/portRange";
import { serviceId } from "../../components/policy/serviceId";

/**
 * What a policy that was let through promises to whoever compiles it, said as plainly and slowly as can be: the rules
 * themselves must be fast with ten thousand services.
 */
export function brokenPromises(policy: Policy): readonly string[] {
  const { services, knockers, openPorts, profile } = policy;
  const ids = [
    ...services.map(({ name }) => serviceId(name)),
    ...knockers.flatMap(({ name, services: opened }) => opened.map((each) => serviceId(`${name}/${each}`))),
  ];
  const sequences = namedSequences(policy).map(({ knocks }) =>
    knocks.map(({ protocol, port }) => `${port}/${protocol}`),
  );
  const served =
    profile.kind === "guard"
      ? [openPorts]
      : [openPorts, profile.traps, profile.openPortsFrom.flatMap(({ ports }) => ports)];
  const owned = [...services.map(({ ports }) => ports), ...served];
  const knocks = namedSequences(policy).flatMap((named) => named.knocks);
  const own = services.filter(({ opening }) => opening.kind === "own").map(({ name }) => name);
  const promises: readonly (readonly [string, boolean])[] = [
    ["something is guarded", services.length > 0 && services.every(({ ports }) => ports.length > 0)],
    [
      "each port has one owner",
      apart(owned.flatMap((ports, owner) => ports.map((range) => ({ owner, range })))),
    ],
    [
      "no knock is on a port with an owner",
      knocks.every((knock) => !owned.flat().some((range) => overlaps(range, toRange(knock)))),
    ],
    [
      "no knock is on the port of a common service",
      knocks.every(({ port }) => port >= 1024 && !COMMON_PORTS.has(port)),
    ],
    ["2 to 16 knocks", sequences.every(({ length }) => length >= 2 && length <= 16)],
    ["no knock comes twice", sequences.every((sequence) => new Set(sequence).size === sequence.length)],
    [
      "no sequence begins another",
      sequences.every((sequence, index) =>
        sequences.every((other, place) => place === index || !begins(sequence, other)),
      ),
    ],
    [
      "who shares, shares with an owner",
      services.every(({ opening }) => opening.kind !== "shared" || own.includes(opening.sequenceOf)),
    ],
    [
      "every service has somebody who may open it",
      services.every(
        ({ name, opening }) =>
          opening.kind !== "knockers" || knockers.some((knocker) => knocker.services.includes(name)),
      ),
    ],
    [
      "every knocker may open something that is there",
      knockers.every(
        (knocker) =>
          knocker.services.length > 0 &&
          knocker.services.every((opened) => services.some(({ name }) => name === opened)),
      ),
    ],
    [
      "no knocker is named as a service",
      knockers.every((knocker) => services.every(({ name }) => name !== knocker.name)),
    ],
    [
      "only a blacklist is left",
      profile.kind === "baseline" ||
        (services.every(({ opening }) => opening.kind !== "own" || !opening.unbans) &&
          knockers.every(({ opening }) => !opening.unbans)),
    ],
    ["the kernel tells services and knockers apart", new Set(ids).size === ids.length],
    [
      "names are names",
      [...services, ...knockers].every(({ name }) => /^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(name)),
    ],
    [
      "times are whole seconds",
      services.every(
        ({ accessWindowSeconds, flowTimeoutSeconds }) =>
          isWithin(accessWindowSeconds, 1, 604_800) && isWithin(flowTimeoutSeconds, 0, 604_800),
      ),
    ],
    ["the rollback comes in time", isWithin(policy.rollbackSeconds, 5, 600)],
    [
      "prefixes fit",
      isWithin(policy.identity.ipv4Prefix, 16, 32) && isWithin(policy.identity.ipv6Prefix, 48, 128),
    ],
  ];
  return promises.filter(([, isKept]) => !isKept).map(([promise]) => promise);
}

interface Claim {
  readonly owner: number;
  readonly range: PortRange;
}

function apart(claims: readonly Claim[]): boolean {
  return claims.every((one, index) =>
    claims.slice(index + 1).every((other) => !overlaps(one.range, other.range)),
  );
}

function begins(sequence: readonly string[], other: readonly string[]): boolean {
  return sequence.every((knock, index) => other[index] === knock);
}

function toRange({
  protocol,
  port,
}: {
  readonly protocol: PortRange["protocol"];
  readonly port: number;
}): PortRange {
  return { protocol, from: port, to: port };
}

function isWithin(number: number, min: number, max: number): boolean {
  return Number.isInteger(number) && number >= min && number <= max;
}
