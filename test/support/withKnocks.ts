import type { Knock, Policy } from "../../components/policy/policy";

/** The policy with other knocks in every sequence. */
export function withKnocks(policy: Policy, other: (knock: Knock) => Knock): Policy {
  const { profile, services } = policy;
  return {
    ...policy,
    services: services.map((service) => {
      const { opening } = service;
      return opening.kind === "shared"
        ? service
        : {
            ...service,
            opening: {
              ...opening,
              sequence: opening.sequence.map(other),
              closeSequence: opening.closeSequence.map(other),
            },
          };
    }),
    profile:
      profile.kind === "guard" ? profile : { ...profile, unbanSequence: profile.unbanSequence.map(other) },
  };
}
