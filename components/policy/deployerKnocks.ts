import { SKEW_SECONDS, SLOT_SECONDS, tokensPerSlot } from "../tokens/token";
import { tokenFingerprint } from "../tokens/tokenSecret";
import { doorAt } from "./door";
import { printDuration, printMinutes } from "./duration";
import { printMoment } from "./moment";
import { namedSequences, namedTokens } from "./namedSequences";
import type { Knock, Knocker, Policy, Service, TokenSupply } from "./policy";

/** A host takes one first knock in five seconds for long, so a shorter window cannot be kept open. */
const SHORTEST_WINDOW_SECONDS = 10;

/** How many tokens each knocker has for a slot. */
function tokensForEach(policy: Pick<Policy, "services" | "knockers">): number {
  return tokensPerSlot(namedTokens(policy).length);
}

/** So often a token may be sent for long. */
function secondsForToken(policy: Pick<Policy, "services" | "knockers">): number {
  return SLOT_SECONDS / tokensForEach(policy);
}

/** Whether the program can open a service for itself, and keep it open: it does, or why it cannot and what to do. */
export type OwnKnock =
  | { readonly kind: "knocks" }
  | { readonly kind: "doesNot" }
  | { readonly kind: "cannot"; readonly problem: string; readonly remedy: string };

/**
 * Behind it: for how long from now the way must be open, in `atLeastSeconds`; `now` in seconds since 1970, without which
 * nobody's access has ended; and what the host has of tokens, where it has any.
 */
export function ownKnock(
  policy: Pick<Policy, "deployer" | "services" | "knockers">,
  service: Service,
  { now, atLeastSeconds, supply }: OwnKnockOptions,
): OwnKnock {
  const { deployer, knockers } = policy;
  if (deployer === "") {
    return { kind: "doesNot" };
  }
  // Who opens nothing on a host is no knocker there.
  const knocker = knockers.find(({ name }) => name === deployer);
  if (knocker === undefined || !knocker.services.includes(service.name)) {
    return {
      kind: "cannot",
      problem: `${deployer} may not open ${service.name}`,
      remedy: `add ${service.name} to knockers.${deployer}.services`,
    };
  }
  const { name, until } = knocker;
  if (service.access === "once") {
    return {
      kind: "cannot",
      problem: `${service.name} admits once, and an update connects three times`,
      remedy: `set services.${service.name}.access to "window"`,
    };
  }
  const shortest = shortestWindow(knocker, policy);
  if (service.accessWindowSeconds < shortest) {
    return {
      kind: "cannot",
      problem: `the access window of ${service.name} is too short to be kept open`,
      remedy: `give ${printDuration(shortest)} or more`,
    };
  }
  if (until > 0 && now !== undefined && until < now + atLeastSeconds) {
    return {
      kind: "cannot",
      problem: `the access of ${name} ends before an update would be confirmed`,
      remedy: `give knockers.${name}.until a later end`,
    };
  }
  const missing =
    supply && now !== undefined ? missingTokens(knocker, supply, now + atLeastSeconds, now) : [];
  return missing[0] ?? { kind: "knocks" };
}

interface OwnKnockOptions {
  readonly now?: number;
  readonly atLeastSeconds: number;
  readonly supply?: TokenSupply | undefined;
}

/** A window is opened anew when half of it has passed. */
function shortestWindow({ opening }: Knocker, policy: Pick<Policy, "services" | "knockers">): number {
  return opening.kind === "token" ? Math.ceil(2 * secondsForToken(policy)) : SHORTEST_WINDOW_SECONDS;
}

/** Why the tokens of a knocker would not open a host. Those of another secret are made when it is loaded. */
function missingTokens(
  { name, opening }: Knocker,
  { clock, filled }: TokenSupply,
  until: number,
  now: number,
): readonly OwnKnock[] {
  if (opening.kind !== "token") {
    return [];
  }
  const off = clock - now;
  if (Math.abs(off) > SKEW_SECONDS) {
    return [
      {
        kind: "cannot",
        problem: `the clock of the host is ${printMinutes(Math.abs(off))} ${off > 0 ? "ahead" : "behind"}, so that no token is in time`,
        remedy: "set the clock of that host, or of this machine",
      },
    ];
  }
  const fingerprint = tokenFingerprint(opening.secret, name);
  return filled
    .filter((tokens) => tokens.fingerprint === fingerprint && (tokens.from > now || tokens.to < until))
    .map(({ from }) => ({
      kind: "cannot",
      problem: `the host has no tokens of ${name} left${from > now ? ` before ${printMoment(Math.ceil(from))}` : ""}`,
      remedy: "wait for them, or find out there why portknock-tokens.timer does not run",
    }));
}

/** As whom to knock, a knocker, or who knows a service's own sequence; and with what. Secret. */
export type KnownOpening = {
  readonly name: string;
  /** Where it is written: `knockers.ci.sequence`. */
  readonly path: string;
} & (
  | { readonly kind: "sequence"; readonly sequence: readonly Knock[] }
  /** So many are there for a slot. */
  | { readonly kind: "token"; readonly secret: string; readonly perSlot: number }
);

/** A source may make ten first knocks at once. */
const MOST_OPENINGS = 4;

/** What the deployer has, then others: a host that has not got his yet may know one that opens the same. */
export function deployerOpenings(policy: Policy): readonly KnownOpening[] {
  const admitting = [
    ...namedSequences(policy).flatMap((sequence) =>
      sequence.action === "admit" ? [{ ...sequence, name: sequence.opener.name }] : [],
    ),
    ...namedTokens(policy).map((token) => ({ ...token, name: token.opener.name })),
  ];
  const own = admitting.filter(({ name }) => name === policy.deployer);
  const services = new Set(own.flatMap((sequence) => sequence.services.map(({ name }) => name)));
  const others = admitting.filter(
    ({ name, ...sequence }) =>
      name !== policy.deployer && sequence.services.some((service) => services.has(service.name)),
  );
  return [...own, ...others].slice(0, MOST_OPENINGS).map((known) =>
    "secret" in known
      ? {
          name: known.name,
          path: known.path,
          kind: "token",
          secret: known.secret,
          perSlot: tokensForEach(policy),
        }
      : { name: known.name, path: known.path, kind: "sequence", sequence: known.knocks },
  );
}

/** How often to knock for a port: twice within a window, and not more often than a host takes knocks for long. */
export function secondsBetweenKnocks(policy: Policy, port: number, kind: KnownOpening["kind"]): number {
  const door = doorAt(policy, { protocol: "tcp", port });
  const window = door.kind === "guarded" ? door.by.accessWindowSeconds : 0;
  return kind === "token"
    ? Math.min(300, Math.max(2 * secondsForToken(policy), window) / 2)
    : Math.min(60, Math.max(SHORTEST_WINDOW_SECONDS, window) / 2);
}
