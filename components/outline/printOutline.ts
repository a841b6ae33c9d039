import { hostPartOf } from "../policy/hostPart";
import { unreachable } from "../policy/unreachable";
import { type Fact, printFacts } from "./facts";
import { FIELDS, type Fields } from "./fields";
import type { Outline, OutlinedKnocker, OutlinedService } from "./outline";
import { printReach } from "./reach";

/**
 * The text to review: one fact a line, sorted, `services.ssh.access = window`. The paths are those of the arguments,
 * but that knocks are counted where a sequence stands.
 */
export function printOutline(outline: Outline): string {
  const { hosts, groups, services, knockers, identity, log, profile, rollout } = outline;
  return printFacts([
    ...hosts.map((host) => ({ path: `hosts.${host.name}`, value: printReach(host) })),
    ...hosts.flatMap(({ name }) => within(`hosts.${name}`, factsOf(FIELDS.host, hostPartOf(outline, name)))),
    ...groups.flatMap((group) =>
      within(`groups.${group.name}`, [
        ...factsOf(FIELDS.members, group),
        ...factsOf(FIELDS.difference, group),
      ]),
    ),
    ...services.flatMap(serviceFacts),
    ...knockers.flatMap(knockerFacts),
    ...factsOf(FIELDS.policy, outline),
    ...factsOf(FIELDS.profile, profile),
    ...factsOf(FIELDS.identity, identity),
    ...factsOf(FIELDS.log, log),
    ...factsOf(FIELDS.rollout, rollout),
    ...(profile.kind === "guard"
      ? []
      : [...factsOf(FIELDS.baseline, profile), ...factsOf(FIELDS.ping, profile.ping)]),
  ]);
}

function serviceFacts(service: OutlinedService): readonly Fact[] {
  const { name, opening } = service;
  return within(`services.${name}`, [...factsOf(FIELDS.service, service), ...openingFacts(opening)]);
}

function openingFacts(opening: OutlinedService["opening"]): readonly Fact[] {
  switch (opening.kind) {
    case "own":
      return factsOf(FIELDS.own, opening);
    case "shared":
      return factsOf(FIELDS.shared, opening);
    case "knockers":
      return [];
    default:
      return unreachable(opening);
  }
}

function knockerFacts(knocker: OutlinedKnocker): readonly Fact[] {
  const { name, opening } = knocker;
  return within(`knockers.${name}`, [
    ...factsOf(FIELDS.knocker, knocker),
    ...factsOf(FIELDS.knockerOpening, opening),
    ...knockerOpeningFacts(opening),
  ]);
}

function knockerOpeningFacts(opening: OutlinedKnocker["opening"]): readonly Fact[] {
  switch (opening.kind) {
    case "own":
      return factsOf(FIELDS.own, opening);
    case "token":
      return factsOf(FIELDS.token, opening);
    default:
      return unreachable(opening);
  }
}

function within(prefix: string, facts: readonly Fact[]): readonly Fact[] {
  return facts.map(({ path, value }) => ({ path: `${prefix}.${path}`, value }));
}

function factsOf<T>(fields: Fields<T>, values: T): readonly Fact[] {
  const facts: Fact[] = [];
  for (const key in fields) {
    const { name, form } = fields[key];
    facts.push(...form.print(values[key]).map((value) => ({ path: name, value })));
  }
  return facts;
}
