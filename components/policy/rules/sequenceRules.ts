import { type NamedSequence, namedSequences, ownerName } from "../namedSequences";
import type { Knock, Policy } from "../policy";
import type { Problem } from "../policyError";
import { knockKey, WITHOUT_KNOCKER, WITHOUT_SEQUENCE } from "../sequence";
import { openerPath } from "../sequenceId";
import { unreachable } from "../unreachable";
import { windowIds } from "../windowId";
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
  return namedSequences(policy).flatMap((sequence) => {
    const { knocks, path } = sequence;
    const rules: readonly KnockRule[] = [
      tooFewKnocks(insteadOf(sequence)),
      repeatedKnock,
      neighbouringKnocks,
      commonKnock,
    ];
    return rules.flatMap((rule) => rule(knocks).map((finding) => ({ path, ...finding })));
  });
}

function insteadOf(sequence: NamedSequence): string {
  if (sequence.action !== "admit") {
    return "leave it out";
  }
  return sequence.opener.kind === "knocker" ? WITHOUT_KNOCKER : WITHOUT_SEQUENCE;
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
      return `the sequence of ${sequence.opener.name}`;
    case "close":
      return `the close sequence of ${sequence.opener.name}`;
    case "unban":
      return "the unban sequence";
    default:
      return unreachable(sequence);
  }
}

function insteadOfEqual(sequence: NamedSequence, other: NamedSequence): string {
  const areServices = [sequence, other].every(
    (each) => each.action === "admit" && each.opener.kind === "service",
  );
  return areServices ? `choose another, or share it: sequenceOf: "${ownerName(other)}"` : "choose another";
}

export function sharesNoSequence({ services }: Policy, { refused }: Surroundings): readonly Problem[] {
  const kinds = new Map(services.map(({ name, opening }) => [name, opening.kind]));
  return services.flatMap(({ name, opening }) => {
    const path = `services.${name}.sequenceOf`;
    if (opening.kind !== "shared" || refused.has(path) || refused.has(`services.${opening.sequenceOf}`)) {
      return [];
    }
    switch (kinds.get(opening.sequenceOf)) {
      case "own":
        return [];
      case "shared":
      case "knockers":
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

export function unbansNobody(
  { services, knockers, profile }: Policy,
  { refused }: Surroundings,
): readonly Problem[] {
  if (profile.kind === "baseline" || refused.has("baseline")) {
    return [];
  }
  const openings = [
    ...services.flatMap(({ name, opening }) =>
      opening.kind === "own" ? [{ opener: { kind: "service", name } as const, opening }] : [],
    ),
    ...knockers.map(({ name, opening }) => ({ opener: { kind: "knocker", name } as const, opening })),
  ];
  return openings
    .filter(({ opening }) => opening.unbans)
    .map(({ opener }) => ({
      path: `${openerPath(opener)}.unban`,
      problem: "needs a blacklist, and only a baseline has one",
      remedy: "add baseline, or leave unban out",
    }));
}

/** Two of them would open the windows of each other. */
export function sameWindowId(policy: Policy): readonly Problem[] {
  const firstOf = new Map<string, string>();
  return windowIds(policy).flatMap(({ id, path, words }) => {
    const first = firstOf.get(id);
    firstOf.set(id, first ?? words);
    return first === undefined
      ? []
      : [{ path, problem: `has a name that the kernel could not tell from ${first}`, remedy: "rename it" }];
  });
}
