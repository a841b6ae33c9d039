import { groupBy } from "./groupBy";
import type { Knock, Policy, Service } from "./policy";

/** A sequence together with what its last knock does. */
export type NamedSequence = {
  readonly knocks: readonly Knock[];
  readonly knockTimeoutSeconds: number;
  /** Where it is written, for messages: `services.ssh.closeSequence`. */
  readonly path: string;
} & Completion;

export type Completion =
  | { readonly action: "admit"; readonly services: Opened; readonly unbans: boolean }
  | { readonly action: "close"; readonly services: Opened }
  | { readonly action: "unban" };

/** The service that a sequence belongs to, then those that share it. */
export type Opened = readonly [Service, ...Service[]];

/** Every sequence of a policy. All of them share one trie, so the rules about sequences hold across them. */
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
    const { knockTimeoutSeconds, sequence, closeSequence, unbans } = opening;
    const opened: Opened = [service, ...(sharing.get(name) ?? []).map((other) => other.service)];
    const common = { services: opened, knockTimeoutSeconds };
    const path = `services.${name}`;
    return [
      { ...common, action: "admit", knocks: sequence, unbans, path: `${path}.sequence` },
      ...(closeSequence.length === 0
        ? []
        : [
            {
              ...common,
              action: "close" as const,
              knocks: closeSequence,
              path: `${path}.closeSequence`,
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

function sharingServices(services: readonly Service[]): ReadonlyMap<string, readonly Sharing[]> {
  const sharing = services.flatMap((service): readonly Sharing[] =>
    service.opening.kind === "shared" ? [{ service, sequenceOf: service.opening.sequenceOf }] : [],
  );
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
      action: "unban",
      knocks: profile.unbanSequence,
      knockTimeoutSeconds: profile.unbanKnockTimeoutSeconds,
      path: "baseline.unbanSequence",
    },
  ];
}
