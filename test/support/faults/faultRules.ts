import { createHash } from "node:crypto";
import { deployerOpenings, type KnownOpening } from "../../../components/policy/deployerKnocks";
import { type HostPayload, hostPayload, type PayloadOptions, SSH, WEB } from "../hostPayload";

export type ProfileName = "guard" | "baseline";

/** How the deployer gets in: its address is in `allow`, or it knocks, with a sequence or with tokens. */
export type DeployerName = "allowed" | "knocks" | "tokens";

export interface FaultHostKind {
  readonly profile: ProfileName;
  readonly deployer: DeployerName;
}

/** Rules by what they do: two that let the deployer in, in another way each, and some that do not. */
export type RulesName = "wide" | "small" | "shut";

export interface FaultRulesOptions extends FaultHostKind {
  /** What secrets of tokens are made of. */
  readonly secretsFrom: string;
}

export type FaultRulesChanges = Pick<PayloadOptions, "owner" | "adopt" | "edit">;

/** Of those in `small` the first is added to the one in `wide`: so a deployer goes over to another knocker, and back. */
const KNOCKERS: Readonly<Record<RulesName, readonly string[]>> = {
  wide: ["ci"],
  small: ["ci-2", "ci"],
  shut: ["other"],
};

/** Of the ports that nothing else on a host mentions. */
const SEQUENCES: Readonly<Record<string, string>> = {
  ci: "52813,61937/udp,57283",
  "ci-2": "47159,61937/udp,43211",
  other: "43211,57283,47159/udp",
};

/** Of a day of tokens, hours: a fault in what makes them is the same, and a run not as long. */
const AHEAD_SECONDS = 7200;

/** Rules for a host of a kind. */
export function faultPayload(
  kind: FaultRulesOptions,
  name: RulesName,
  changes: FaultRulesChanges = {},
): HostPayload {
  const payload = hostPayload({
    ...changes,
    services: {
      ssh: kind.deployer === "allowed" ? SSH : { ports: SSH.ports, accessWindow: SSH.accessWindow },
      ...(name === "wide" && { web: WEB }),
    },
    ...allowOf(kind, name),
    policy: { ...baselineOf(kind), ...knockersOf(kind, name) },
  });
  return { ...payload, input: payload.input.replace(/^(tokens \d+ \d+ \d+) \d+$/m, `$1 ${AHEAD_SECONDS}`) };
}

/** As whom a deployer knocks that wants these rules, the one that they name first. */
export function openingsFor({ policy }: HostPayload): readonly KnownOpening[] {
  return deployerOpenings(policy);
}

/** What nobody but root may read on a host: what is in its rules and its manifests. */
export function secretsOf({ input }: HostPayload): readonly string[] {
  return [...input.matchAll(/^token-key \S+ \S+ (\S+) /gm)].flatMap(([, key]) => key ?? []);
}

function allowOf({ deployer }: FaultHostKind, name: RulesName): Pick<PayloadOptions, "allow"> {
  if (deployer !== "allowed") return { allow: [] };
  return name === "shut" ? { allow: ["192.0.2.1"] } : {};
}

function baselineOf({ profile }: FaultHostKind): object {
  return profile === "guard"
    ? {}
    : { baseline: { traps: ["23"], exceptNetworks: ["10.77.0.0/16", "fd77::/32"] } };
}

function knockersOf({ deployer, secretsFrom }: FaultRulesOptions, rules: RulesName): object {
  if (deployer === "allowed") return {};
  const opening = (name: string): object =>
    deployer === "tokens"
      ? { token: createHash("sha256").update(`${name} ${secretsFrom}`).digest("hex") }
      : { sequence: SEQUENCES[name] };
  const names = KNOCKERS[rules];
  return {
    deployer: names[0],
    knockers: Object.fromEntries(names.map((name) => [name, { services: ["ssh"], ...opening(name) }])),
  };
}
