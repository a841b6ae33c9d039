import { printDuration } from "../policy/duration";
import { type Admitting, type NamedSequence, type NamedToken, ownerName } from "../policy/namedSequences";
import type { Nothing, Policy, Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import { unreachable } from "../policy/unreachable";
import { logCompletion } from "./logChains";
import {
  add,
  admission,
  assign,
  type Family,
  forgetFlows,
  forgetStage,
  goto,
  jump,
  match,
  perFamily,
  returns,
  revokeAdmission,
  rule,
  SCRATCH_EMPTY,
  unban,
  update,
  when,
} from "./phrases";
import type { Chain, Rule, Statement } from "./ruleset";
import { forgetWindowsRules, type Window, windowRules } from "./windowChains";

/** What the last knock of a sequence does. */
export function completeChains(
  sequence: NamedSequence,
  policy: Policy,
  families: readonly Family[],
): readonly Chain[] {
  const name = ownerName(sequence);
  const chain: Chain = {
    name: completeChainName(sequence),
    rules: perFamily(families, `${name}: complete, back to the start`, (family) => [forgetStage(family)]),
  };
  const end = [goto("pk_done")];
  const done = [
    ...(policy.log.stages ? [logCompletion(policy.log, sequence)] : []),
    rule(`${name}: answered as without us`, ...end),
  ];
  if (sequence.action === "admit" && sequence.until > 0) {
    return endingChains(chain, sequence, policy, families, { done, end });
  }
  return [{ ...chain, rules: [...chain.rules, ...completionRules(sequence, policy, families), ...done] }];
}

/** What a single packet does: as the last knock of a sequence, but that its sender keeps the stage that he has. */
export function tokenChains(
  token: NamedToken,
  policy: Policy,
  families: readonly Family[],
): readonly Chain[] {
  const { name } = token.opener;
  const chain: Chain = { name: admitChainName(name), rules: [] };
  const end = [assign(SCRATCH_EMPTY), returns()];
  const done = [rule(`${name}: goes on as without us`, ...end)];
  return token.until > 0
    ? endingChains(chain, token, policy, families, { done, end })
    : [{ ...chain, rules: [...admittedRules(token, policy, families), ...done] }];
}

/**
 * The kernel cannot subtract times. So the last windows before the end are as long as the longest of these that ends in
 * time: the whole window, a quarter of it, a sixteenth, and so on. Nobody's window outlasts his access.
 */
function endingChains(
  chain: Chain,
  sequence: Admitting,
  policy: Policy,
  families: readonly Family[],
  { done, end }: { readonly done: readonly Rule[]; readonly end: readonly Statement[] },
): readonly Chain[] {
  const { name } = sequence.opener;
  const longest = Math.max(...sequence.services.map(({ accessWindowSeconds }) => accessWindowSeconds));
  const lengths = shares(longest);
  const chainFor = (seconds: number): string => `${chain.name}_${seconds}s`;
  return [
    ...lengths.map((seconds) => ({
      name: chainFor(seconds),
      rules: [...admittedRules(sequence, policy, families, seconds), ...done],
    })),
    {
      ...chain,
      rules: [
        ...chain.rules,
        ...lengths.map((seconds) =>
          rule(
            `${name}: does not end within ${printDuration(seconds)}`,
            match(["meta time"], "<", `${sequence.until - seconds}`),
            goto(chainFor(seconds)),
          ),
        ),
        rule(`${name}: has ended`, ...end),
      ],
    },
  ];
}

/** Down to a second, the longest first. */
function shares(seconds: number): readonly number[] {
  return seconds <= 1 ? [1] : [seconds, ...shares(Math.floor(seconds / 4))];
}

export function completeChainName(sequence: NamedSequence): string {
  switch (sequence.action) {
    case "admit":
      return admitChainName(sequence.opener.name);
    case "close":
      return `pk_close_${sequence.opener.name}`;
    case "unban":
      return "pk_unban";
    default:
      return unreachable(sequence);
  }
}

/** Where those go on whom a sequence, or a single packet, admits. */
export function admitChainName(opener: string): string {
  return `pk_admit_${opener}`;
}

function completionRules(
  sequence: NamedSequence,
  policy: Policy,
  families: readonly Family[],
): readonly Rule[] {
  switch (sequence.action) {
    case "admit":
      return admittedRules(sequence, policy, families);
    case "close":
      return sequence.services.flatMap((service) => closeRules(service, policy, families));
    case "unban":
      return unbanRules("unban", families);
    default:
      return unreachable(sequence);
  }
}

function closeRules(
  { name, flowTimeoutSeconds }: Service,
  policy: Policy,
  families: readonly Family[],
): readonly Rule[] {
  return [
    whichService(name),
    ...perFamily(families, `${name}: revoke`, (family) => [revokeAdmission(family)]),
    ...when(
      flowTimeoutSeconds > 0,
      ...perFamily(families, `${name}: forget its flows`, (family) => [forgetFlows(family)]),
    ),
    ...forgetWindowsRules(name, policy),
  ];
}

function admittedRules(
  sequence: Admitting,
  policy: Policy,
  families: readonly Family[],
  longestSeconds = Number.POSITIVE_INFINITY,
): readonly Rule[] {
  const { name } = sequence.opener;
  return [
    ...sequence.services.flatMap((service) => [
      ...admitRules(service, windowOf(service, longestSeconds), families),
      ...windowRules(sequence, service, windowOf(service, longestSeconds), policy, families),
    ]),
    ...when(policy.profile.kind === "baseline", rule(`${name}: trust`, jump("pk_trust"))),
    ...(sequence.unbans ? unbanRules(name, families) : []),
  ];
}

/** A field of a service that somebody adds does not compile until it is said here whose affair it is. */
function admitRules(
  service: Service,
  { seconds, write }: Window,
  families: readonly Family[],
): readonly Rule[] {
  const { name, accessWindowSeconds, ports, opening, access, flowTimeoutSeconds, ...others } = service;
  others satisfies Nothing;
  return [
    whichService(name),
    ...perFamily(families, `${name}: admit for ${printDuration(seconds)}`, (family) => [
      write(`pk_admitted${family.version}`, { key: admission(family), timeoutSeconds: seconds }),
    ]),
  ];
}

/** A window that is cut short must not end a longer one that somebody opened behind the same address. */
function windowOf({ accessWindowSeconds }: Service, longestSeconds: number): Window {
  return accessWindowSeconds <= longestSeconds
    ? { seconds: accessWindowSeconds, write: update }
    : { seconds: longestSeconds, write: add };
}

function whichService(name: string): Rule {
  return rule(`${name}: which service`, assign({ kind: "constant", value: serviceId(name) }));
}

function unbanRules(name: string, families: readonly Family[]): readonly Rule[] {
  return perFamily(families, `${name}: off the blacklist`, (family) => [unban(family)]);
}
