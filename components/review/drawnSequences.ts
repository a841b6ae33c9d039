import type { Outline, OutlinedKnock } from "../outline/outline";
import { printDuration } from "../policy/duration";
import { printMoment } from "../policy/moment";
import { namedSequences } from "../policy/namedSequences";
import { endOf, openedBy } from "../policy/openers";
import type {
  FleetPolicy,
  KnockerOpening,
  Nothing,
  OwnOpening,
  Policy,
  Protocol,
  Service,
  TokenOpening,
} from "../policy/policy";
import { knockKey } from "../policy/sequence";
import { type Opener, printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";

/** A sequence as a picture shows it: no ports. */
export interface DrawnSequence {
  readonly id: SequenceId;
  /** What its last knock does: `ssh: admitted for 10s`. */
  readonly outcomes: readonly string[];
  readonly knockTimeoutSeconds: number;
  readonly knocks: readonly DrawnKnock[];
}

/** Single packets that open, as a picture shows them. */
export interface DrawnToken {
  readonly opener: Opener;
  readonly outcomes: readonly string[];
}

export interface DrawnKnock {
  readonly protocol: Protocol;
  /** Equal for equal knocks, as far as is known. Never printed: it may say which port it is. */
  readonly identity: string;
}

/** The sequences of a policy that is there in full: which knocks are equal, it says. */
export function sequencesOfPolicy(policy: FleetPolicy): readonly DrawnSequence[] {
  return namedSequences(policy).map(({ id, knocks, knockTimeoutSeconds }) => ({
    id,
    outcomes: outcomesOf(id, policy),
    knockTimeoutSeconds,
    knocks: knocks.map(({ protocol, port }, index) => ({
      protocol,
      identity: port === "derived" ? unknownIdentity(id, index) : knockKey({ protocol, port }),
    })),
  }));
}

/** Whose single packets open what. */
export function drawnTokens<K>(policy: Openings<K>): readonly DrawnToken[] {
  return policy.knockers.flatMap(({ name, opening }): readonly DrawnToken[] => {
    const opener: Opener = { kind: "knocker", name };
    return opening.kind === "token"
      ? [{ opener, outcomes: outcomesOf({ kind: "admit", opener }, policy) }]
      : [];
  });
}

/** The sequences of an outline, which does not say which knocks are equal: none are taken to be. */
export function sequencesOfOutline(outline: Outline): readonly DrawnSequence[] {
  const { services, knockers, profile } = outline;
  const draw = (
    id: SequenceId,
    sequence: readonly OutlinedKnock[],
    knockTimeoutSeconds: number,
  ): readonly DrawnSequence[] =>
    sequence.length === 0
      ? []
      : [
          {
            id,
            outcomes: outcomesOf(id, outline),
            knockTimeoutSeconds,
            knocks: sequence.map((knock, index) => ({
              protocol: knock === "derived" ? "tcp" : knock,
              identity: unknownIdentity(id, index),
            })),
          },
        ];
  const drawOwn = (opener: Opener, opening: KnockerOpening<OutlinedKnock>): readonly DrawnSequence[] => {
    const { kind, knockTimeoutSeconds, closeSequence, unbans, ...openedWith } = opening;
    openedWith satisfies Pick<OwnOpening<OutlinedKnock>, "sequence"> | Pick<TokenOpening, "secret">;
    return [
      ...draw({ kind: "admit", opener }, opening.kind === "own" ? opening.sequence : [], knockTimeoutSeconds),
      ...draw({ kind: "close", opener }, closeSequence, knockTimeoutSeconds),
    ];
  };
  return [
    ...services.flatMap(({ name, opening }) =>
      opening.kind === "own" ? drawOwn({ kind: "service", name }, opening) : [],
    ),
    ...knockers.flatMap(({ name, opening }) => drawOwn({ kind: "knocker", name }, opening)),
    ...(profile.kind === "guard"
      ? []
      : draw({ kind: "unban" }, profile.unbanSequence, profile.unbanKnockTimeoutSeconds)),
  ];
}

/** Taken to be no other knock's. */
function unknownIdentity(id: SequenceId, index: number): string {
  return `${printSequenceId(id)} ${index}`;
}

function outcomesOf<K>(id: SequenceId, policy: Openings<K>): readonly string[] {
  switch (id.kind) {
    case "admit":
      return openedBy(id.opener, policy).map(
        (service) => `${describeAdmission(service)}${ending(id.opener, policy)}`,
      );
    case "close":
      return [
        `${openedBy(id.opener, policy)
          .map(({ name }) => name)
          .join(", ")}: access ended`,
      ];
    case "unban":
      return ["off the blacklist"];
    default:
      return unreachable(id);
  }
}

type Openings<K> = Pick<Policy<K>, "services" | "knockers">;

function ending<K>(opener: Opener, policy: Openings<K>): string {
  const until = endOf(opener, policy);
  return until === 0 ? "" : `, until ${printMoment(until)}`;
}

/** What an admitted source may do. A field that somebody adds is not drawn until it stands here, or is said to be none of it. */
function describeAdmission<K>(service: Service<K>): string {
  const { name, access, accessWindowSeconds, ports, opening, flowTimeoutSeconds, ...others } = service;
  others satisfies Nothing;
  const window = printDuration(accessWindowSeconds);
  return access === "once" ? `${name}: one connection within ${window}` : `${name}: admitted for ${window}`;
}
