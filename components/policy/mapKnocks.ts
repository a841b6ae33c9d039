import type { KnockerOpening, Opening, OwnOpening, Policy, Profile } from "./policy";
import type { Opener, SequenceId } from "./sequenceId";
import { unreachable } from "./unreachable";

type Knocking<K> = Pick<Policy<K>, "services" | "knockers" | "profile">;

/** What becomes of the knocks of one sequence; an empty one is none. */
type MapKnocks<K, L> = (knocks: readonly K[], id: SequenceId) => readonly L[];

/** A policy with other knocks, sequence by sequence. */
export function mapKnocks<K, L>(
  { services, knockers, profile }: Knocking<K>,
  map: MapKnocks<K, L>,
): Knocking<L> {
  return {
    services: services.map((service) => ({ ...service, opening: ofService(service.name, service.opening) })),
    knockers: knockers.map((knocker) => ({ ...knocker, opening: ofKnocker(knocker.name, knocker.opening) })),
    profile: ofProfile(profile, map),
  };

  function ofService(name: string, opening: Opening<K>): Opening<L> {
    return opening.kind === "own" ? ofOwn(opening, { kind: "service", name }) : opening;
  }

  function ofKnocker(name: string, opening: KnockerOpening<K>): KnockerOpening<L> {
    const opener: Opener = { kind: "knocker", name };
    switch (opening.kind) {
      case "own":
        return ofOwn(opening, opener);
      case "token":
        return { ...opening, closeSequence: map(opening.closeSequence, { kind: "close", opener }) };
      default:
        return unreachable(opening);
    }
  }

  function ofOwn(opening: OwnOpening<K>, opener: Opener): OwnOpening<L> {
    return {
      ...opening,
      sequence: map(opening.sequence, { kind: "admit", opener }),
      closeSequence: map(opening.closeSequence, { kind: "close", opener }),
    };
  }
}

function ofProfile<K, L>(profile: Profile<K>, map: MapKnocks<K, L>): Profile<L> {
  return profile.kind === "guard"
    ? profile
    : { ...profile, unbanSequence: map(profile.unbanSequence, { kind: "unban" }) };
}
