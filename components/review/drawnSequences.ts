import type { Outline } from "../outline/outline";
import { printDuration } from "../policy/duration";
import { namedSequences } from "../policy/namedSequences";
import type { Nothing, Policy, Protocol, Service } from "../policy/policy";
import { knockKey } from "../policy/sequence";
import { printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";

/** A sequence as a picture shows it: no ports. */
export interface DrawnSequence {
  readonly id: SequenceId;
  /** What its last knock does: `ssh: admitted for 10s`. */
  readonly outcomes: readonly string[];
  readonly knockTimeoutSeconds: number;
  readonly knocks: readonly DrawnKnock[];
}

export interface DrawnKnock {
  readonly protocol: Protocol;
  /** Equal for equal knocks, as far as is known. Never printed: it may say which port it is. */
  readonly identity: string;
}

/** The sequences of a policy that is there in full: which knocks are equal, it says. */
export function sequencesOfPolicy(policy: Policy): readonly DrawnSequence[] {
  return namedSequences(policy).map(({ id, knocks, knockTimeoutSeconds }) => ({
    id,
    outcomes: outcomesOf(id, policy.services),
    knockTimeoutSeconds,
    knocks: knocks.map((knock) => ({ protocol: knock.protocol, identity: knockKey(knock) })),
  }));
}

/** The sequences of an outline, which does not say which knocks are equal: none are taken to be. */
export function sequencesOfOutline({ services, profile }: Outline): readonly DrawnSequence[] {
  const draw = (
    id: SequenceId,
    sequence: readonly Protocol[],
    knockTimeoutSeconds: number,
  ): readonly DrawnSequence[] =>
    sequence.length === 0
      ? []
      : [
          {
            id,
            outcomes: outcomesOf(id, services),
            knockTimeoutSeconds,
            knocks: sequence.map((protocol, index) => ({
              protocol,
              identity: `${printSequenceId(id)} ${index}`,
            })),
          },
        ];
  return [
    ...services.flatMap(({ name: service, opening }) => {
      if (opening.kind === "shared") {
        return [];
      }
      const { kind, sequence, knockTimeoutSeconds, closeSequence, unbans, ...others } = opening;
      others satisfies Nothing;
      return [
        ...draw({ kind: "admit", service }, sequence, knockTimeoutSeconds),
        ...draw({ kind: "close", service }, closeSequence, knockTimeoutSeconds),
      ];
    }),
    ...(profile.kind === "guard"
      ? []
      : draw({ kind: "unban" }, profile.unbanSequence, profile.unbanKnockTimeoutSeconds)),
  ];
}

function outcomesOf<K>(id: SequenceId, services: readonly Service<K>[]): readonly string[] {
  switch (id.kind) {
    case "admit":
      return openedBy(id.service, services).map(describeAdmission);
    case "close":
      return [
        `${openedBy(id.service, services)
          .map(({ name }) => name)
          .join(", ")}: access ended`,
      ];
    case "unban":
      return ["off the blacklist"];
    default:
      return unreachable(id);
  }
}

/** The service itself, then those that share its sequence. */
function openedBy<K>(owner: string, services: readonly Service<K>[]): readonly Service<K>[] {
  return [
    ...services.filter(({ name }) => name === owner),
    ...services.filter(({ opening }) => opening.kind === "shared" && opening.sequenceOf === owner),
  ];
}

/** What an admitted source may do. A field that somebody adds is not drawn until it stands here, or is said to be none of it. */
function describeAdmission<K>(service: Service<K>): string {
  const { name, access, accessWindowSeconds, ports, opening, flowTimeoutSeconds, ...others } = service;
  others satisfies Nothing;
  const window = printDuration(accessWindowSeconds);
  return access === "once" ? `${name}: one connection within ${window}` : `${name}: admitted for ${window}`;
}
