import type { Ruleset, Statement, Verdict } from "../../components/ruleset/ruleset";

/** The names of all sets, maps and chains. */
export function objectNames({ sets, chains }: Ruleset): readonly string[] {
  return [...sets, ...chains].map(({ name }) => name);
}

/** Every set and map that a rule names, as often as it does. */
export function referencedSets({ chains }: Ruleset): readonly string[] {
  return chains.flatMap(({ rules }) => rules.flatMap(({ statements }) => statements.flatMap(setsOf)));
}

/** Every chain that a rule or an element goes to, as often as one does. */
export function referencedChains({ chains, sets }: Ruleset): readonly string[] {
  const fromRules = chains.flatMap(({ rules }) =>
    rules.flatMap(({ statements }) => statements.flatMap(verdictsOf)),
  );
  const fromElements = sets.flatMap(({ elements }) =>
    elements.flatMap(({ value }) => (typeof value === "object" ? [value] : [])),
  );
  return [...fromRules, ...fromElements].flatMap((verdict) =>
    verdict.kind === "goto" || verdict.kind === "jump" ? [verdict.chain] : [],
  );
}

function setsOf(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "inSet":
    case "add":
    case "update":
    case "delete":
      return [statement.set];
    case "lookUpVerdict":
      return [statement.map];
    case "assign":
      return statement.source.kind === "lookUp" ? [statement.source.map] : [];
    default:
      return [];
  }
}

function verdictsOf(statement: Statement): readonly Verdict[] {
  switch (statement.kind) {
    case "accept":
    case "return":
    case "goto":
    case "jump":
      return [statement];
    case "dispatch":
      return statement.cases.map(({ verdict }) => verdict);
    default:
      return [];
  }
}
