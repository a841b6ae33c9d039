import type { Fact } from "../policy/describeFacts";
import { policyFacts } from "../policy/describePolicy";
import { printDuration } from "../policy/duration";
import { type NamedSequence, namedSequences } from "../policy/namedSequences";
import type { Policy, Protocol } from "../policy/policy";
import { knockKey } from "../policy/sequence";

/** One of the two policies that are compared: what is to be seen of it, and nothing secret. */
export interface ReviewSide {
  readonly facts: readonly Fact[];
  readonly sequences: readonly DrawnSequence[];
}

/** A sequence as a picture shows it: no ports. */
export interface DrawnSequence {
  /** Whose it is: `ssh`, `ssh close`, `unban`. */
  readonly owner: string;
  /** What its last knock does: `ssh: admitted for 10s`. */
  readonly outcomes: readonly string[];
  readonly knockTimeout: string;
  readonly knocks: readonly DrawnKnock[];
}

export interface DrawnKnock {
  readonly protocol: Protocol;
  /** Equal for equal knocks. Never printed: it may say which port it is. */
  readonly identity: string;
}

/** A policy that is there in full. */
export function sideOfPolicy(policy: Policy): ReviewSide {
  return {
    facts: policyFacts(policy, []),
    sequences: namedSequences(policy).map((sequence) => ({
      owner: ownerOf(sequence),
      outcomes: outcomesOf(sequence),
      knockTimeout: printDuration(sequence.knockTimeoutSeconds),
      knocks: sequence.knocks.map((knock) => ({ protocol: knock.protocol, identity: knockKey(knock) })),
    })),
  };
}

function ownerOf(sequence: NamedSequence): string {
  switch (sequence.action) {
    case "admit":
      return sequence.services[0].name;
    case "close":
      return `${sequence.services[0].name} close`;
    case "unban":
      return "unban";
    default:
      return unknownAction(sequence);
  }
}

function outcomesOf(sequence: NamedSequence): readonly string[] {
  switch (sequence.action) {
    case "admit":
      return sequence.services.map(({ name, access, accessWindowSeconds }) =>
        describeAdmission(name, access, printDuration(accessWindowSeconds)),
      );
    case "close":
      return [describeClose(sequence.services.map(({ name }) => name))];
    case "unban":
      return [OFF_THE_BLACKLIST];
    default:
      return unknownAction(sequence);
  }
}

export const OFF_THE_BLACKLIST = "off the blacklist";

export function describeAdmission(service: string, access: string, accessWindow: string): string {
  return access === "once"
    ? `${service}: one connection within ${accessWindow}`
    : `${service}: admitted for ${accessWindow}`;
}

export function describeClose(services: readonly string[]): string {
  return `${services.join(", ")}: access ended`;
}

function unknownAction(sequence: never): never {
  throw new Error(`bug: unknown action of a sequence ${typeof sequence}`);
}
