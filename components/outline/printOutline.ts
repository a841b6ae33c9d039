import { type Fact, printFacts } from "./facts";
import { FIELDS, type Fields } from "./fields";
import type { Outline, OutlinedService } from "./outline";
import { printReach } from "./reach";

/**
 * The text to review: one fact a line, sorted, `services.ssh.access = window`. The paths are those of the arguments,
 * but that knocks are counted where a sequence stands.
 */
export function printOutline(outline: Outline): string {
  const { hosts, services, identity, log, profile } = outline;
  return printFacts([
    ...hosts.map((host) => ({ path: `hosts.${host.name}`, value: printReach(host) })),
    ...services.flatMap(serviceFacts),
    ...factsOf(FIELDS.policy, outline),
    ...factsOf(FIELDS.profile, profile),
    ...factsOf(FIELDS.identity, identity),
    ...factsOf(FIELDS.log, log),
    ...(profile.kind === "guard"
      ? []
      : [...factsOf(FIELDS.baseline, profile), ...factsOf(FIELDS.ping, profile.ping)]),
  ]);
}

function serviceFacts(service: OutlinedService): readonly Fact[] {
  const { name, opening } = service;
  const facts = [
    ...factsOf(FIELDS.service, service),
    ...(opening.kind === "own" ? factsOf(FIELDS.own, opening) : factsOf(FIELDS.shared, opening)),
  ];
  return facts.map(({ path, value }) => ({ path: `services.${name}.${path}`, value }));
}

function factsOf<T>(fields: Fields<T>, values: T): readonly Fact[] {
  const facts: Fact[] = [];
  for (const key in fields) {
    const { name, form } = fields[key];
    facts.push(...form.print(values[key]).map((value) => ({ path: name, value })));
  }
  return facts;
}
