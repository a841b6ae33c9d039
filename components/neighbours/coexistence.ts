import type { GuardedAnswer, Policy } from "../policy/policy";
import { printPortRange } from "../policy/portRange";
import { unreachable } from "../policy/unreachable";
import { allMeet, mayMeet } from "./otherRules";
import { type OtherChain, type OtherTable, parseOtherTables, reachable } from "./otherTables";
import { untrackedWarnings } from "./untracked";

/**
 * What somebody should know about the other tables of a host: our table opens nothing that they close, and does
 * not change them. Empty where their listing cannot be judged.
 */
export function coexistenceWarnings(policy: Policy, listing: string): readonly string[] {
  const tables = parseOtherTables(listing);
  const gates = toGates(tables);
  if (tables === undefined || gates === undefined) {
    return [];
  }
  const answers = policy.profile.kind === "guard" ? answersThatDiffer(policy.guardedAnswer, gates) : [];
  return [
    ...gates.flatMap((gate) => closedToKnockers(policy, gate)),
    ...answers,
    ...untrackedWarnings(policy, tables),
  ];
}

/** A chain of another table that every packet for this host passes. */
interface Gate {
  readonly table: OtherTable;
  /** It, and all that its rules lead to. */
  readonly chains: readonly OtherChain[];
  readonly place: string;
  readonly ending: Ending;
}

/** What becomes of a packet to a closed port: what no rule asks anything about. */
type Ending = "accept" | "drop" | "reset" | "unreachable" | "unknown";

/** In the order in which a packet meets them. */
const HOOKS: readonly string[] = ["ingress", "prerouting", "input"];

function toGates(tables: readonly OtherTable[] | undefined): readonly Gate[] | undefined {
  return (
    tables &&
    HOOKS.flatMap((hook) =>
      tables.flatMap((table) =>
        table.chains.flatMap((chain) =>
          chain.base?.hook === hook
            ? [
                {
                  table,
                  chains: reachable(table, [chain]),
                  place: `chain ${chain.name} of table ${table.name}`,
                  ending: endingOf(table, chain) ?? (chain.base.policy === "drop" ? "drop" : "accept"),
                },
              ]
            : [],
        ),
      ),
    )
  );
}

function endingOf(table: OtherTable, chain: OtherChain | undefined): Ending | undefined {
  for (const { conditions, outcome } of chain?.rules ?? []) {
    if (!allMeet(conditions)) {
      continue;
    }
    switch (outcome.kind) {
      case "return":
        return undefined;
      case "goto":
        return endingOf(table, chainOf(table, outcome.chain));
      case "jump": {
        const ending = endingOf(table, chainOf(table, outcome.chain));
        if (ending !== undefined) {
          return ending;
        }
        break;
      }
      case "untrack":
        break;
      default:
        return outcome.kind;
    }
  }
  return undefined;
}

function chainOf(table: OtherTable, wanted: string): OtherChain | undefined {
  return table.chains.find(({ name }) => name === wanted);
}

function closedToKnockers({ services }: Policy, { ending, chains, place }: Gate): readonly string[] {
  if (ending === "accept" || ending === "unknown") {
    return [];
  }
  const openers = chains
    .flatMap(({ rules }) => rules)
    .filter(({ outcome }) => outcome.kind === "accept" || outcome.kind === "unknown");
  const closed = services
    .flatMap(({ ports }) => ports)
    .filter((range) => !openers.some(({ conditions }) => mayMeet(conditions, range)))
    .map(printPortRange);
  return closed.length === 0
    ? []
    : [
        `knocking does not open ${closed.join(", ")}: ${place} lets nobody in there; accept these ports in it too`,
      ];
}

function answersThatDiffer(guardedAnswer: GuardedAnswer, gates: readonly Gate[]): readonly string[] {
  const closers = ([4, 6] as const).map((version) =>
    gates.find(({ table, ending }) => table.versions.includes(version) && ending !== "accept"),
  );
  const [closer4, closer6] = closers;
  return closer4 === closer6
    ? difference(guardedAnswer, closer4, "")
    : [
        ...difference(guardedAnswer, closer4, " over IPv4"),
        ...difference(guardedAnswer, closer6, " over IPv6"),
      ];
}

/** Without a gate that closes it, the kernel answers for a closed port. */
function difference(guardedAnswer: GuardedAnswer, gate: Gate | undefined, where: string): readonly string[] {
  const ours = guardedAnswer === "reject" ? "answer with a reset" : "say nothing";
  const warning = (theirs: string, remedy: string): readonly string[] => [
    `guarded ports ${ours}${where}, closed ones ${theirs}, so that a scan tells them apart; ${remedy}`,
  ];
  const by = gate === undefined ? "" : ` (${gate.place})`;
  const ending = gate?.ending ?? "reset";
  switch (ending) {
    case "reset":
      return guardedAnswer === "reject"
        ? []
        : warning(`answer with a reset${by}`, 'set guardedAnswer to "reject"');
    case "drop":
      return guardedAnswer === "drop" ? [] : warning(`say nothing${by}`, 'set guardedAnswer to "drop"');
    case "unreachable":
      return warning(
        `answer with an ICMP error${by}`,
        "let that chain reject with tcp reset, or drop, as guardedAnswer does",
      );
    case "accept":
    case "unknown":
      return [];
    default:
      return unreachable(ending);
  }
}
