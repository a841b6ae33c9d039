import { doorAt } from "./door";
import { namedSequences } from "./namedSequences";
import type { Knock, Policy, Service } from "./policy";

/** A host takes one first knock in five seconds for long, so a shorter window cannot be kept open. */
const SHORTEST_WINDOW_SECONDS = 10;

/** Whether the program can open a service for itself, and keep it open: it does, or why it cannot and what to do. */
export type OwnKnock =
  | { readonly kind: "knocks" }
  | { readonly kind: "doesNot" }
  | { readonly kind: "cannot"; readonly problem: string; readonly remedy: string };

/**
 * @param atLeastSeconds for how long from now the way must be open
 * @param now seconds since 1970; without it nobody's access has ended
 */
export function ownKnock(
  { deployer, knockers }: Pick<Policy, "deployer" | "knockers">,
  service: Service,
  { now, atLeastSeconds }: { readonly now?: number; readonly atLeastSeconds: number },
): OwnKnock {
  const knocker = knockers.find(({ name }) => name === deployer);
  if (knocker === undefined) {
    return { kind: "doesNot" };
  }
  const { name, services, until } = knocker;
  if (!services.includes(service.name)) {
    return {
      kind: "cannot",
      problem: `${name} may not open ${service.name}`,
      remedy: `add ${service.name} to knockers.${name}.services`,
    };
  }
  if (service.access === "once") {
    return {
      kind: "cannot",
      problem: `${service.name} admits once, and an update connects three times`,
      remedy: `set services.${service.name}.access to "window"`,
    };
  }
  if (service.accessWindowSeconds < SHORTEST_WINDOW_SECONDS) {
    return {
      kind: "cannot",
      problem: `the access window of ${service.name} is too short to be kept open`,
      remedy: `give ${SHORTEST_WINDOW_SECONDS}s or more`,
    };
  }
  if (until > 0 && now !== undefined && until < now + atLeastSeconds) {
    return {
      kind: "cannot",
      problem: `the access of ${name} ends before an update would be confirmed`,
      remedy: `give knockers.${name}.until a later end`,
    };
  }
  return { kind: "knocks" };
}

/** As whom to knock: a knocker, or who knows a service's own sequence. */
export interface KnownSequence {
  readonly name: string;
  /** Secret. */
  readonly sequence: readonly Knock[];
}

/** A source may make ten first knocks at once. */
const MOST_SEQUENCES = 4;

/** The deployer's sequence, then others: a host that has not got his yet may know one that opens the same. */
export function deployerSequences(policy: Policy): readonly KnownSequence[] {
  const admitting = namedSequences(policy).flatMap((sequence) =>
    sequence.action === "admit" ? [{ ...sequence, name: sequence.opener.name }] : [],
  );
  const own = admitting.filter(({ name }) => name === policy.deployer);
  const services = new Set(own.flatMap((sequence) => sequence.services.map(({ name }) => name)));
  const others = admitting.filter(
    ({ name, ...sequence }) =>
      name !== policy.deployer && sequence.services.some((service) => services.has(service.name)),
  );
  return [...own, ...others].slice(0, MOST_SEQUENCES).map(({ name, knocks }) => ({ name, sequence: knocks }));
}

/** How often to knock for a port: twice within a window, and not more often than a host takes first knocks for long. */
export function secondsBetweenKnocks(policy: Policy, port: number): number {
  const door = doorAt(policy, { protocol: "tcp", port });
  const window = door.kind === "guarded" ? door.by.accessWindowSeconds : 0;
  return Math.min(60, Math.max(SHORTEST_WINDOW_SECONDS, window) / 2);
}
