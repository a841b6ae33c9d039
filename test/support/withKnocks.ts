import type { Knock, KnockerOpening, OwnOpening, Policy } from "../../components/policy/policy";

/** The policy with other knocks in every sequence. */
export function withKnocks(policy: Policy, other: (knock: Knock) => Knock): Policy {
  const { profile, services, knockers } = policy;
  const changed = (opening: OwnOpening): OwnOpening => ({
    ...opening,
    sequence: opening.sequence.map(other),
    closeSequence: opening.closeSequence.map(other),
  });
  const changedOf = (opening: KnockerOpening): KnockerOpening =>
    opening.kind === "own"
      ? changed(opening)
      : { ...opening, closeSequence: opening.closeSequence.map(other) };
  return {
    ...policy,
    services: services.map((service) =>
      service.opening.kind === "own" ? { ...service, opening: changed(service.opening) } : service,
    ),
    knockers: knockers.map((knocker) => ({ ...knocker, opening: changedOf(knocker.opening) })),
    profile:
      profile.kind === "guard" ? profile : { ...profile, unbanSequence: profile.unbanSequence.map(other) },
  };
}
