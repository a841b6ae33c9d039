import { derivedTokenSecret } from "../../tokens/tokenSecret";
import { COMMON_PORTS } from "../commonPorts";
import { policiesOfHosts } from "../differences";
import { DRAWN_PORTS } from "../drawKnocks";
import { derivedPaths, freePorts, withoutUndrawn } from "../hostPolicy";
import { type NamedToken, namedTokens } from "../namedSequences";
import type { FleetPolicy, Policy, WrittenKnock } from "../policy";
import type { Problem } from "../policyError";
import { servicesOfHostsAreKnown } from "./differenceRules";
import type { Surroundings } from "./policyRule";
import type { Warning } from "./policyWarnings";

/** Looks at what hosts and knockers have another one of each. */
type DeriveRule = (fleet: FleetPolicy, surroundings: Omit<Surroundings, "reaches">) => readonly Problem[];

const RULES: readonly DeriveRule[] = [derivedFromNothing, tokenOfDerive, tooFewPortsToDraw];

export const deriveProblems: DeriveRule = (fleet, surroundings) =>
  RULES.flatMap((rule) => rule(fleet, surroundings));

function derivedFromNothing(
  fleet: FleetPolicy,
  { refused }: Pick<Surroundings, "refused">,
): readonly Problem[] {
  const tokens = namedTokens(fleet).filter(({ secret }) => secret === "");
  const [path] = [...derivedPaths(fleet), ...tokens.map((token) => token.path)].filter(
    (each) => !refused.has(each) && !refused.has(each.split(".").slice(0, 2).join(".")),
  );
  return fleet.derive !== "" || refused.has("derive") || path === undefined
    ? []
    : [
        {
          path: "derive",
          problem: `is missing, and ${path} is derived`,
          remedy: 'give 32 random bytes, as "openssl rand -base64 32" prints them',
        },
      ];
}

/** Who has it could make what everybody opens with. */
function tokenOfDerive(fleet: FleetPolicy): readonly Problem[] {
  return namedTokens(fleet)
    .filter(({ secret }) => secret !== "" && secret === fleet.derive)
    .map(({ path }) => ({
      path,
      problem: "is that of derive, from which all others are made",
      remedy: 'give another one, or write "derived"',
    }));
}

/** Drawing goes on until all knocks of a sequence are free, so most should be. */
function tooFewPortsToDraw(
  fleet: FleetPolicy,
  { hosts, hasOthers, refused }: Omit<Surroundings, "reaches">,
): readonly Problem[] {
  if (!servicesOfHostsAreKnown({ refused })) {
    return [];
  }
  const policies = [...new Set(hosts.map(policiesOfHosts(fleet, fleet))), ...(hasOthers ? [fleet] : [])];
  return policies.flatMap(tooFewPorts).slice(0, 1);
}

function tooFewPorts(policy: Policy<WrittenKnock>): readonly Problem[] {
  const [path] = derivedPaths(policy);
  if (path === undefined) {
    return [];
  }
  const { from, to } = DRAWN_PORTS;
  const isFree = freePorts(withoutUndrawn(policy));
  const free = Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
    (port) => isFree(port) && !COMMON_PORTS.has(port),
  );
  return free.length * 4 >= to - from + 1
    ? []
    : [
        {
          path,
          problem: `cannot be derived: of the ports from ${from} to ${to} a quarter must be neither guarded nor open`,
          remedy: "guard and open fewer ports, or write a sequence",
        },
      ];
}

export function deriveWarnings(fleet: FleetPolicy): readonly Warning[] {
  const isUsed = derivedPaths(fleet).length > 0 || derivedTokens(fleet).length > 0;
  return fleet.derive === "" || isUsed
    ? []
    : [
        {
          path: "derive",
          problem: "is what nothing is derived from",
          remedy: 'write "derived" where a sequence or a token stands, or leave it out',
        },
      ];
}

/** The tokens whose secrets are derived. */
export function derivedTokens(fleet: FleetPolicy): readonly NamedToken<WrittenKnock>[] {
  const { derive } = fleet;
  return derive === ""
    ? []
    : namedTokens(fleet).filter(({ secret, opener }) => secret === derivedTokenSecret(derive, opener.name));
}
