import type { Identity, Network } from "../policy/policy";
import { sourceMasks } from "../policy/sourceMasks";
import type {
  DynamicElement,
  Key,
  MatchOperator,
  Refusal,
  Rule,
  Source,
  Statement,
  Verdict,
} from "./ruleset";

/** Addresses of v4 and v6 need sets of their own, and each rule that touches them comes twice. */
export interface Family {
  readonly version: 4 | 6;
  readonly addressType: "ipv4_addr" | "ipv6_addr";
  readonly saddr: "ip saddr" | "ip6 saddr";
  /** What of the address makes a source: all of it, or its network. */
  readonly source: string;
}

export function bothFamilies(identity: Identity): readonly Family[] {
  const { ipv4Prefix, ipv6Prefix } = identity;
  const { mask4, mask6 } = sourceMasks(identity);
  return [
    {
      version: 4,
      addressType: "ipv4_addr",
      saddr: "ip saddr",
      source: ipv4Prefix === 32 ? "ip saddr" : `ip saddr & ${mask4}`,
    },
    {
      version: 6,
      addressType: "ipv6_addr",
      saddr: "ip6 saddr",
      source: ipv6Prefix === 128 ? "ip6 saddr" : `ip6 saddr & ${mask6}`,
    },
  ];
}

/** The families of which a list of networks has any. */
export function familiesOf(networks: readonly Network[], families: readonly Family[]): readonly Family[] {
  return families.filter((family) => hasFamily(networks, family));
}

export function hasFamily(networks: readonly Network[], { version }: Family): boolean {
  return networks.some(({ family }) => family === version);
}

/**
 * The packet's priority is our scratch register: nobody reads it on the way in, and unlike the mark it belongs
 * to no policy routing. It is empty again on every way out.
 */
export const SCRATCH = "meta priority";
export const SCRATCH_EMPTY = { kind: "constant", value: "0:0" } as const;

export const PLAIN_SYN: Statement = match(["tcp flags & (fin | syn | rst | ack)"], "==", "syn");
export const NOT_PLAIN_SYN: Statement = match(["tcp flags & (fin | syn | rst | ack)"], "!=", "syn");
export const WITHOUT_SYN: Statement = match(["tcp flags & syn"], "==", "0x0");
export const UDP: Statement = match(["meta l4proto"], undefined, "udp");
/** Where somebody's rules untrack it, a datagram is neither new nor established. */
export const NEW_UDP: readonly Statement[] = [UDP, match(["ct state"], "!=", "invalid")];
export const UNTRACKED: Statement = match(["ct state"], undefined, "untracked");
export const FROM_LOOPBACK: Statement = match(["iif"], undefined, "lo");
export const FOR_THIS_HOST: Statement = match(["fib daddr type"], undefined, "local");
export const NOT_FOR_THIS_HOST: Statement = match(["fib daddr type"], "!=", "local");
export const FORWARDED: Statement = match(
  ["fib daddr type"],
  "!=",
  "{ local, broadcast, multicast, anycast }",
);

export const PORT_KEY: Key = ["meta l4proto", "th dport"];

export function assign(source: Source): Statement {
  return { kind: "assign", target: SCRATCH, source };
}

export function match(key: Key, operator: MatchOperator | undefined, operand: string): Statement {
  return { kind: "match", key, ...(operator && { operator }), operand };
}

export function inSet(key: Key, set: string): Statement {
  return { kind: "inSet", key, set };
}

export function notInSet(key: Key, set: string): Statement {
  return { kind: "inSet", key, set, isNegated: true };
}

export function update(set: string, element: DynamicElement): Statement {
  return { kind: "update", set, element };
}

/** As `update`, but what is there stays as it is. */
export function add(set: string, element: DynamicElement): Statement {
  return { kind: "add", set, element };
}

/** Deletes from a map. The grammar wants a value; the kernel ignores it. */
export function forget(set: string, key: Key): Statement {
  return { kind: "delete", set, element: { key, value: SCRATCH_EMPTY.value } };
}

export function limit(rate: string): Statement {
  return { kind: "limit", rate };
}

export function reject(answer: Refusal): Statement {
  return { kind: "reject", with: answer };
}

export function drop(): Verdict {
  return { kind: "drop" };
}

export function accept(): Verdict {
  return { kind: "accept" };
}

export function returns(): Verdict {
  return { kind: "return" };
}

export function goto(chain: string): Verdict {
  return { kind: "goto", chain };
}

export function jump(chain: string): Verdict {
  return { kind: "jump", chain };
}

/** The same rule for each family, told apart by its comment. */
export function perFamily(
  families: readonly Family[],
  comment: string,
  statements: (family: Family) => readonly Statement[],
): readonly Rule[] {
  return families.map((family) => rule(`${comment}, IPv${family.version}`, ...statements(family)));
}

export function rule(comment: string, ...statements: readonly Statement[]): Rule {
  return { comment, statements };
}

export function when(condition: boolean, ...rules: readonly Rule[]): readonly Rule[] {
  return condition ? rules : [];
}

export function lookUpStage(family: Family): Statement {
  return assign({ kind: "lookUp", key: [family.source], map: `pk_stage${family.version}` });
}

export function forgetStage(family: Family): Statement {
  return forget(`pk_stage${family.version}`, [family.source]);
}

/** The element of who is admitted to the service, or by the window, whose id the scratch register holds. */
export function admission(family: Family): Key {
  return [family.source, SCRATCH];
}

export function isAdmitted(family: Family): Statement {
  return inSet(admission(family), `pk_admitted${family.version}`);
}

export function revokeAdmission(family: Family): Statement {
  return { kind: "delete", set: `pk_admitted${family.version}`, element: { key: admission(family) } };
}

export function forgetFlows(family: Family): Statement {
  return { kind: "delete", set: `pk_flows${family.version}`, element: { key: admission(family) } };
}

export function unban(family: Family): Statement {
  return { kind: "delete", set: `pk_blacklist${family.version}`, element: { key: [family.source] } };
}

/** The service that guards the packet's port. */
export function lookUpService(): Statement {
  return assign({ kind: "lookUp", key: PORT_KEY, map: "pk_guarded" });
}

/** Counts under the id that the scratch register holds. */
export function countById(set: string): Statement {
  return update(set, { key: [SCRATCH], isCounted: true });
}
