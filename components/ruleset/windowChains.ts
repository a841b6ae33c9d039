import { printDuration } from "../policy/duration";
import { keepingServices } from "../policy/flows";
import { type Admitting, namedSequences } from "../policy/namedSequences";
import type { Policy, Service } from "../policy/policy";
import type { Opener } from "../policy/sequenceId";
import { serviceId } from "../policy/serviceId";
import { FLOW_WINDOW_SECONDS, windowId } from "../policy/windowId";
import { logByOpener } from "./logChains";
import {
  type add,
  admission,
  assign,
  countById,
  type Family,
  forget,
  jump,
  perFamily,
  rule,
  SCRATCH,
  update,
  when,
} from "./phrases";
import type { Chain, NamedSet, Rule } from "./ruleset";

/**
 * Only policies with knockers ask whose a window is. Who is admitted to a service stands in `pk_admitted`, so that a guarded
 * port is one look-up, however many knockers there are; `pk_windows` says who opened it, for the next update, and
 * `pk_opener` who did so last, for counters and the log.
 */
export function windowSets(
  policy: Policy,
  { version, addressType }: Family,
  ofSources: Pick<NamedSet, "flags" | "size" | "elements">,
): readonly NamedSet[] {
  if (policy.knockers.length === 0) {
    return [];
  }
  const windows = { keyType: [addressType, "classid"], ...ofSources };
  return [
    { name: `pk_windows${version}`, ...windows },
    ...(keepingServices(policy).length > 0 ? [{ name: `pk_flow_windows${version}`, ...windows }] : []),
    // One for each service: nft 1.0.6 aborts where a packet writes a map whose key has an IPv6 address and more.
    ...knockedServices(policy).map(({ name, accessWindowSeconds }) => ({
      name: openerMap(name, version),
      keyType: [addressType],
      valueType: "classid" as const,
      timeoutSeconds: accessWindowSeconds,
      ...ofSources,
    })),
  ];
}

/** The services that knockers open, beside whatever else opens them. */
export function knockedServices(policy: Policy): readonly Service[] {
  return policy.services.filter(({ name }) => isKnocked(name, policy));
}

function isKnocked(service: string, { knockers }: Policy): boolean {
  return knockers.some(({ services }) => services.includes(service));
}

function openerMap(service: string, version: Family["version"]): string {
  return `pk_opener_${service}${version}`;
}

/** A window that a sequence opens: how long it is, and whether it takes the place of one that is open. */
export interface Window {
  readonly seconds: number;
  readonly write: typeof add | typeof update;
}

/** Behind the rules that admit to a service: whose window it is. The scratch register holds another number behind them. */
export function windowRules(
  { opener }: Admitting,
  { name, flowTimeoutSeconds }: Service,
  { seconds, write }: Window,
  policy: Policy,
  families: readonly Family[],
): readonly Rule[] {
  const id = windowId(opener, name);
  return when(
    policy.knockers.length > 0,
    ...when(
      opener.kind === "knocker" || isKnocked(name, policy),
      // `update` alone would keep the old opener.
      ...perFamily(families, `${name}: forget who opened it`, (family) => [
        forget(openerMap(name, family.version), [family.source]),
      ]),
      ...perFamily(families, `${name}: opened by ${opener.name}`, (family) => [
        update(openerMap(name, family.version), { key: [family.source], value: id }),
      ]),
    ),
    rule(`${name}: whose window`, assign({ kind: "constant", value: id })),
    ...perFamily(families, `${name}: a window of ${opener.name} for ${printDuration(seconds)}`, (family) => [
      write(`pk_windows${family.version}`, { key: admission(family), timeoutSeconds: seconds }),
    ]),
    ...when(
      flowTimeoutSeconds > 0,
      ...perFamily(families, `${name}: whose flows`, (family) => [
        update(`pk_flow_windows${family.version}`, {
          key: admission(family),
          timeoutSeconds: FLOW_WINDOW_SECONDS,
        }),
      ]),
    ),
  );
}

/** The rules that end all windows of a source at a service; the scratch register holds the service, before and behind. */
export function forgetWindowsRules(service: string, { knockers }: Policy): readonly Rule[] {
  return when(knockers.length > 0, rule(`${service}: no windows any more`, jump(forgetChainName(service))));
}

/** Where an admission for once is used up: the rule that finds the chain which ends its windows. */
export function forgetOnceRules(policy: Policy): readonly Rule[] {
  const once = policy.services.filter(({ access }) => access === "once");
  return when(
    once.length > 0 && policy.knockers.length > 0,
    rule("connect: no windows any more", {
      kind: "dispatch",
      key: [SCRATCH],
      cases: once.map(({ name }) => ({ when: serviceId(name), verdict: jump(forgetChainName(name)) })),
    }),
  );
}

/**
 * What was closed, or used up, must not live on in the window of somebody else who opened it too: the next update would
 * take it for one that is open.
 */
export function forgetChains(policy: Policy, families: readonly Family[]): readonly Chain[] {
  if (policy.knockers.length === 0) {
    return [];
  }
  const closed = new Set(
    namedSequences(policy).flatMap((sequence) =>
      sequence.action === "close" ? sequence.services.map(({ name }) => name) : [],
    ),
  );
  return policy.services
    .filter(({ name, access }) => closed.has(name) || access === "once")
    .map((service) => forgetChain(service, policy, families));
}

function forgetChain(
  { name, flowTimeoutSeconds }: Service,
  policy: Policy,
  families: readonly Family[],
): Chain {
  const openers: readonly Opener[] = [
    { kind: "service", name },
    ...policy.knockers
      .filter(({ services }) => services.includes(name))
      .map((knocker) => ({ kind: "knocker", name: knocker.name }) as const),
  ];
  return {
    name: forgetChainName(name),
    rules: [
      ...openers.flatMap((opener) => [
        rule(`${name}: whose window`, assign({ kind: "constant", value: windowId(opener, name) })),
        ...perFamily(families, `${name}: no window of ${opener.name} any more`, (family) => [
          { kind: "delete", set: `pk_windows${family.version}`, element: { key: admission(family) } },
        ]),
        ...when(
          flowTimeoutSeconds > 0,
          ...perFamily(families, `${name}: no flows of ${opener.name} any more`, (family) => [
            { kind: "delete", set: `pk_flow_windows${family.version}`, element: { key: admission(family) } },
          ]),
        ),
      ]),
      rule(`${name}: which service`, assign({ kind: "constant", value: serviceId(name) })),
    ],
  };
}

function forgetChainName(service: string): string {
  return `pk_forget_${service}`;
}

/** Where a connection begins to a service that knockers open: the rule that finds the chain which says who came in. */
export function enteredRules(policy: Policy): readonly Rule[] {
  const knocked = knockedServices(policy);
  return when(
    knocked.length > 0,
    rule("connect: who came in", {
      kind: "dispatch",
      key: [SCRATCH],
      cases: knocked.map(({ name }) => ({ when: serviceId(name), verdict: jump(enteredChainName(name)) })),
    }),
  );
}

/** Counts and logs by opener. The scratch register holds the service, before and behind. */
export function enteredChains(policy: Policy, families: readonly Family[]): readonly Chain[] {
  return knockedServices(policy).map(({ name }) => ({
    name: enteredChainName(name),
    rules: [
      ...perFamily(families, `${name}: who opened it`, (family) => [
        assign({ kind: "lookUp", key: [family.source], map: openerMap(name, family.version) }),
      ]),
      rule(`${name}: count by opener`, countById("pk_entries")),
      ...(policy.log.admissions ? [logByOpener(`${name}: log by opener`, name, policy)] : []),
      rule(`${name}: which service`, assign({ kind: "constant", value: serviceId(name) })),
    ],
  }));
}

function enteredChainName(service: string): string {
  return `pk_entered_${service}`;
}
