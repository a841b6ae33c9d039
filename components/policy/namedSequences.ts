import { groupBy } from "./groupBy";
import type { Knock, Nothing, Policy, Service } from "./policy";
import { argumentPath, type SequenceId } from "./sequenceId";

/** A sequence together with what its last knock does. */
export type NamedSequence = {
  readonly knocks: readonly Knock[];
  readonly knockTimeoutSeconds: number;
  readonly id: SequenceId;
  /** Where it is written, for messages: `services.ssh.closeSequence`. */
  readonly path: string;
} & Completion;

export type Completion =
  | { readonly action: "admit"; readonly services: Opened; readonly unbans: boolean }
  | { readonly action: "close"; readonly services: Opened }
  | { readonly action: "unban" };

/** The service that a sequence belongs to, then those that share it. */
export type Opened = readonly [Service, ...Service[]];

/**
 * Every sequence of a policy. All of them share one trie, so the rules about sequences hold across them.
 * A field of an opening that somebody adds does not compile until it stands here, or is said to be none of it.
 */
export function namedSequences({
  services,
  profile,
}: Pick<Policy, "services" | "profile">): readonly NamedSequence[] {
  const sharing = sharingServices(services);
  const ofServices = services.flatMap((service): readonly NamedSequence[] => {
    const { opening, name } = service;
    if (opening.kind === "shared") {
      return [];
    }
    const { kind, knockTimeoutSeconds, sequence, closeSequence, unbans, ...others } = opening;
    others satisfies Nothing;
    const opened: Opened = [service, ...(sharing.get(name) ?? []).map((other) => other.service)];
    const common = { services: opened, knockTimeoutSeconds };
    return [
      { ...common, ...at({ kind: "admit", service: name }), action: "admit", knocks: sequence, unbans },
      ...(closeSequence.length === 0
        ? []
        : [
            {
              ...common,
              ...at({ kind: "close", service: name }),
              action: "close" as const,
              knocks: closeSequence,
            },
          ]),
    ];
  });
  return [...ofServices, ...unbanSequence(profile)];
}

/** Whose sequence it is, as rules and log lines name it. */
export function ownerName(sequence: NamedSequence): string {
  return sequence.action === "unban" ? "unban" : sequence.services[0].name;
}

function at(id: SequenceId): Pick<NamedSequence, "id" | "path"> {
  return { id, path: argumentPath(id) };
}

function sharingServices(services: readonly Service[]): ReadonlyMap<string, readonly Sharing[]> {
  const sharing = services.flatMap((service): readonly Sharing[] => {
    if (service.opening.kind === "own") {
      return [];
    }
    const { kind, sequenceOf, ...others } = service.opening;
    others satisfies Nothing;
    return [{ service, sequenceOf }];
  });
  return groupBy(sharing, ({ sequenceOf }) => sequenceOf);
}

interface Sharing {
  readonly service: Service;
  readonly sequenceOf: string;
}

function unbanSequence(profile: Policy["profile"]): readonly NamedSequence[] {
  if (profile.kind === "guard" || profile.unbanSequence.length === 0) {
    return [];
  }
  return [
    {
      ...at({ kind: "unban" }),
      action: "unban",
      knocks: profile.unbanSequence,
      knockTimeoutSeconds: profile.unbanKnockTimeoutSeconds,
    },
  ];
}
