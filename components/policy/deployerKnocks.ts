import type { Knocker, Policy, Service } from "./policy";

/** A host takes one first knock in five seconds for long, so a shorter window cannot be kept open. */
const SHORTEST_WINDOW_SECONDS = 10;

/** Whether the program can open a service for itself, and keep it open: it does, or why it cannot and what to do. */
export type OwnKnock =
  | { readonly kind: "knocks"; readonly knocker: Knocker }
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
  return { kind: "knocks", knocker };
}
