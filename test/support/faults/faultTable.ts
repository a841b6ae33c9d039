import { FAULT_TEXTS, type FaultKind } from "./fault";
import type { DeployerName } from "./faultRules";
import type { Outcome } from "./runFaults";
import { SCENARIOS } from "./scenarios";

const ENDS = { old: "old rules", new: "new rules", none: "unguarded, as before" } as const;

const DEPLOYERS: Readonly<Record<DeployerName, string>> = {
  allowed: "in `allow`",
  knocks: "knocks with a sequence",
  tokens: "knocks with tokens",
};

/** What came of the faults, as Markdown: by run, by how the deployer gets in, and by fault. */
export function faultTable(outcomes: readonly Outcome[]): string {
  const hit = outcomes.filter(({ isHit }) => isHit);
  const ends = ["old", "new", "none"] as const;
  const row = (name: string, some: readonly Outcome[]): string =>
    cells([
      name,
      some.length,
      new Set(some.map(({ point, injection }) => `${point} ${injection.fault?.call}`)).size,
      ...ends.map((end) => some.filter((each) => each.wrong.length === 0 && each.end === end).length),
      some.filter(({ wrong }) => wrong.length > 0).length,
    ]);
  const head = (what: string): readonly string[] => [
    cells([what, "faults", "points", ...ends.map((end) => ENDS[end]), "**anything else**"]),
    cells(["---", "---:", "---:", "---:", "---:", "---:", "---:"]),
  ];
  const kinds = Object.keys(FAULT_TEXTS).filter((kind): kind is FaultKind => kind in FAULT_TEXTS);
  return [
    ...head("run"),
    ...SCENARIOS.map((scenario) =>
      row(
        scenario.name,
        hit.filter(({ injection }) => injection.scenario === scenario),
      ),
    ),
    row("all", hit),
    "",
    ...head("deployer"),
    ...Object.entries(DEPLOYERS).map(([name, text]) =>
      row(
        text,
        hit.filter(({ kind }) => kind.deployer === name),
      ),
    ),
    "",
    ...head("fault"),
    ...kinds.map((kind) =>
      row(
        FAULT_TEXTS[kind],
        hit.filter(({ injection }) => injection.fault?.kind === kind),
      ),
    ),
    "",
  ].join("\n");
}

export function describeOutcome({ kind, injection, point, wrong }: Outcome): string {
  const { scenario, fault } = injection;
  const what =
    fault === undefined ? "nothing happened" : `${FAULT_TEXTS[fault.kind]} ${fault.command} ${fault.call}`;
  return `${scenario.name} (${kind.profile}, ${kind.deployer}): ${what} [${point}]: ${wrong.join("; ")}`;
}

function cells(values: readonly (string | number)[]): string {
  return `| ${values.join(" | ")} |`;
}
