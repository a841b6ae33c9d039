import type { Policy } from "../policy/policy";
import { printPortRange } from "../policy/portRange";
import { mayMeet } from "./otherRules";
import { type OtherRule, type OtherTable, reachable } from "./otherTables";

/** What somebody should know whose other tables keep packets from connection tracking. */
export function untrackedWarnings(policy: Policy, tables: readonly OtherTable[]): readonly string[] {
  return [...sessions(policy, tables), ...replies(policy, tables)];
}

/** A session that is not tracked is nothing that exists: it ends with its window. */
function sessions({ services }: Policy, tables: readonly OtherTable[]): readonly string[] {
  return untrackers(tables, "prerouting").flatMap(({ place, rules }) => {
    const certain = rules.filter(({ conditions }) => beyondPorts(conditions) === "");
    const untracked = services
      .filter(({ flowTimeoutSeconds }) => flowTimeoutSeconds === 0)
      .flatMap(({ ports }) => ports)
      .filter((range) => certain.some(({ conditions }) => mayMeet(conditions, range)))
      .map(printPortRange);
    return untracked.length === 0
      ? []
      : [
          `sessions to ${untracked.join(", ")} end with their access window: ${place} keeps them from connection tracking; leave these ports tracked, or set flowTimeout`,
        ];
  });
}

/** What a server answers from its port needs no reply. */
function replies({ profile }: Policy, tables: readonly OtherTable[]): readonly string[] {
  return profile.kind === "guard"
    ? []
    : untrackers(tables, "output")
        .filter(({ rules }) => rules.some(({ conditions }) => !/\bsport\b/.test(conditions)))
        .map(
          ({ place }) =>
            `replies to what this host asks untracked are dropped: ${place} keeps it from connection tracking; leave its own queries tracked, or name whom it asks in baseline.openPortsFrom`,
        );
}

interface Untracker {
  readonly place: string;
  readonly rules: readonly OtherRule[];
}

function untrackers(tables: readonly OtherTable[], hook: string): readonly Untracker[] {
  return tables.flatMap((table) =>
    table.chains
      .filter(({ base }) => base?.hook === hook)
      .map((chain) => ({
        place: `chain ${chain.name} of table ${table.name}`,
        rules: reachable(table, [chain])
          .flatMap(({ rules }) => rules)
          .filter(({ outcome }) => outcome.kind === "untrack"),
      }))
      .filter(({ rules }) => rules.length > 0),
  );
}

/** What a rule asks besides protocol and port: with more than that, a packet may not meet it. */
function beyondPorts(conditions: string): string {
  return conditions
    .replaceAll(/(?:meta l4proto|ip protocol|ip6 nexthdr) (?:\{[^}]*\}|\S+)/g, "")
    .replaceAll(/(?:tcp|udp|th) dport (?:!= )?(?:\{[^}]*\}|[^\s@]\S*)/g, "")
    .replaceAll(/iif(?:name)? != "lo"/g, "")
    .trim();
}
