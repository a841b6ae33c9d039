import { groupBy } from "./groupBy";
import type { Knock, Knocker, Nothing, OwnOpening, Policy, Service } from "./policy";
import { argumentPath, type Opener, type SequenceId } from "./sequenceId";

/** A sequence together with what its last knock does. */
export type NamedSequence = {
  readonly knocks: readonly Knock[];
  readonly knockTimeoutSeconds: number;
  readonly id: SequenceId;
  /** Where it is written, for messages: `services.ssh.closeSequence`. */
  readonly path: string;
} & Completion;

export type Completion =
  | (OfOpener & {
      readonly action: "admit";
      readonly unbans: boolean;
      /** When it stops to admit, in seconds since 1970; 0 for never. */
      readonly until: number;
    })
  | (OfOpener & { readonly action: "close" })
  | { readonly action: "unban" };

interface OfOpener {
  readonly opener: Opener;
  readonly services: Opened;
}

/** The services that a sequence opens: the one that it belongs to, then those that share it; or those of a knocker. */
export type Opened = readonly [Service, ...Service[]];

/**
 * Every sequence of a policy. All of them share one trie, so the rules about sequences hold across them.
 * A field of an opening that somebody adds does not compile until it stands here, or is said to be none of it.
 */
export function namedSequences({
  services,
  knockers,
  profile,
}: Pick<Policy, "services" | "knockers" | "profile">): readonly NamedSequence[] {
  const sharing = sharingServices(services);
  const ofServices = services.flatMap((service): readonly NamedSequence[] => {
    const { opening, name } = service;
    return opening.kind === "own"
      ? sequencesOf(opening, { kind: "service", name }, 0, [service, ...(sharing.get(name) ?? [])])
      : [];
  });
  const byName = new Map(services.map((service) => [service.name, service]));
  return [
    ...ofServices,
    ...knockers.flatMap((knocker) => sequencesOfKnocker(knocker, byName)),
    ...unbanSequence(profile),
  ];
}

/** A field of a knocker that somebody adds does not compile until it stands here, or is said to be none of it. */
function sequencesOfKnocker(
  knocker: Knocker,
  byName: ReadonlyMap<string, Service>,
): readonly NamedSequence[] {
  const { name, services, opening, until, ...others } = knocker;
  others satisfies Nothing;
  const [first, ...further] = services.flatMap((service) => byName.get(service) ?? []);
  // Who may open nothing is refused, and nothing of his is looked at.
  return first === undefined
    ? []
    : sequencesOf(opening, { kind: "knocker", name }, until, [first, ...further]);
}

function sequencesOf(
  opening: OwnOpening,
  opener: Opener,
  until: number,
  services: Opened,
): readonly NamedSequence[] {
  const { kind, knockTimeoutSeconds, sequence, closeSequence, unbans, ...others } = opening;
  others satisfies Nothing;
  const common = { opener, services, knockTimeoutSeconds };
  return [
    { ...common, ...at({ kind: "admit", opener }), action: "admit", knocks: sequence, unbans, until },
    ...(closeSequence.length === 0
      ? []
      : [
          {
            ...common,
            ...at({ kind: "close", opener }),
            action: "close" as const,
            knocks: closeSequence,
          },
        ]),
  ];
}

/** Whose sequence it is, as rules and log lines name it. */
export function ownerName(sequence: NamedSequence): string {
  return sequence.action === "unban" ? "unban" : sequence.opener.name;
}

function at(id: SequenceId): Pick<NamedSequence, "id" | "path"> {
  return { id, path: argumentPath(id) };
}

function sharingServices(services: readonly Service[]): ReadonlyMap<string, readonly Service[]> {
  const sharing = services.flatMap((service): readonly Sharing[] => {
    if (service.opening.kind !== "shared") {
      return [];
    }
    const { kind, sequenceOf, ...others } = service.opening;
    others satisfies Nothing;
    return [{ service, sequenceOf }];
  });
  const groups = groupBy(sharing, ({ sequenceOf }) => sequenceOf);
  return new Map([...groups].map(([owner, group]) => [owner, group.map(({ service }) => service)]));
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
