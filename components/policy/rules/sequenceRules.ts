import { type NamedSequence, namedSequences } from "../namedSequences";
import type { Knock, Policy } from "../policy";
import type { Problem } from "../policyError";
import { knockKey, WITHOUT_SEQUENCE } from "../sequence";
import { serviceId } from "../serviceId";
import { unreachable } from "../unreachable";
import {
  commonKnock,
  type KnockRule,
  MIN_KNOCKS,
  neighbouringKnocks,
  repeatedKnock,
  tooFewKnocks,
} from "./knockRules";
import type { Surroundings } from "./policyRule";

/** What a sequence may not be like, whatever other sequences there are. */
export function unfitKnocks(policy: Policy): readonly Problem[] {
  return namedSequences(policy).flatMap(({ action, knocks, path }) => {
    const rules: readonly KnockRule[] = [
      tooFewKnocks(action === "admit" ? WITHOUT_SEQUENCE : "leave it out"),
      repeatedKnock,
      neighbouringKnocks,
      commonKnock,
    ];
    return rules.flatMap((rule) => rule(knocks).map((finding) => ({ path, ...finding })));
  });
}

export function sequenceBeginsAnother(policy: Policy): readonly Problem[] {
  // One with a single knock is refused for that; what begins with it may be fine.
  const sequences = namedSequences(policy)
    .filter(({ knocks }) => knocks.length >= MIN_KNOCKS)
    .map((named) => ({ named, beginnings: beginningsOf(named.knocks) }));
  const firstOf = new Map<string, NamedSequence>();
  for (const { named, beginnings } of sequences) {
    const whole = beginnings.at(-1) ?? "";
    firstOf.set(whole, firstOf.get(whole) ?? named);
  }
  return sequences.flatMap(({ named, beginnings }) =>
    beginnings.flatMap((beginning, index): readonly Problem[] => {
      const other = firstOf.get(beginning);
      if (other === undefined || other === named) {
        return [];
      }
      return index + 1 === named.knocks.length
        ? [{ path: named.path, problem: `equals ${whose(other)}`, remedy: insteadOfEqual(named, other) }]
        : [{ path: named.path, problem: `begins with ${whose(other)}`, remedy: "choose another" }];
    }),
  );
}

/** One text for each beginning of a sequence, the shortest first; the last one is for all of it. */
function beginningsOf(knocks: readonly Knock[]): readonly string[] {
  let beginning = "";
  return knocks.map((knock) => {
    beginning += `${knockKey(knock)} `;
    return beginning;
  });
}

function whose(sequence: NamedSequence): string {
  switch (sequence.action) {
    case "admit":
      return `the sequence of ${sequence.services[0].name}`;
    case "close":
      return `the close sequence of ${sequence.services[0].name}`;
    case "unban":
      return "the unban sequence";
    default:
      return unreachable(sequence);
  }
}

function insteadOfEqual(sequence: NamedSequence, other: NamedSequence): string {
  return sequence.action === "admit" && other.action === "admit"
    ? `choose another, or share it: sequenceOf: "${other.services[0].name}"`
    : "choose another";
}

export function sharesNoSequence({ services }: Policy, { refused }: Surroundings): readonly Problem[] {
  const kinds = new Map(services.map(({ name, opening }) => [name, opening.kind]));
  return services.flatMap(({ name, opening }) => {
    const path = `services.${name}.sequenceOf`;
    if (opening.kind === "own" || refused.has(path) || refused.has(`services.${opening.sequenceOf}`)) {
      return [];
    }
    switch (kinds.get(opening.sequenceOf)) {
      case "own":
        return [];
      case "shared":
        return [
          {
            path,
            problem: "names a service without a sequence of its own",
            remedy: "name the service whose sequence it is",
          },
        ];
      default:
        return [{ path, problem: "names no service", remedy: "name one with a sequence of its own" }];
    }
  });
}

export function unbansNobody({ services, profile }: Policy, { refused }: Surroundings): readonly Problem[] {
  return profile.kind === "baseline" || refused.has("baseline")
    ? []
    : services.flatMap(({ name, opening }) =>
        opening.kind === "own" && opening.unbans
          ? [
              {
                path: `services.${name}.unban`,
                problem: "needs a blacklist, and only a baseline has one",
                remedy: "add baseline, or leave unban out",
              },
            ]
          : [],
      );
}

export function sameServiceId({ services }: Policy): readonly Problem[] {
  const firstOf = new Map<string, string>();
  return services.flatMap(({ name }) => {
    const first = firstOf.get(serviceId(name));
    firstOf.set(serviceId(name), first ?? name);
    return first === undefined
      ? []
      : [
          {
            path: `services.${name}`,
            problem: `has a name that the kernel could not tell from ${first}`,
            remedy: "rename it",
          },
        ];
  });
}
