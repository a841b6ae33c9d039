import type { Knock, Policy, Service } from "./policy";

/** A sequence together with what its last knock does. */
export interface NamedSequence {
  readonly action: "admit" | "close";
  readonly service: Service;
  readonly knocks: readonly Knock[];
  /** Where it is written, for messages. */
  readonly path: string;
}

/** Every sequence of a policy. All of them share one trie, so the rules about sequences hold across them. */
export function namedSequences({ services }: Pick<Policy, "services">): readonly NamedSequence[] {
  return services.flatMap((service): readonly NamedSequence[] => {
    const path = `services.${service.name}`;
    return [
      { action: "admit", service, knocks: service.sequence, path: `${path}.sequence` },
      ...(service.closeSequence.length === 0
        ? []
        : [
            {
              action: "close" as const,
              service,
              knocks: service.closeSequence,
              path: `${path}.closeSequence`,
            },
          ]),
    ];
  });
}
